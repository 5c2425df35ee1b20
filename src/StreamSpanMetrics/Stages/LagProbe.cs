using StreamSpanMetrics.Telemetry;

namespace StreamSpanMetrics.Stages;

/// <summary>
/// Compares now and then how far a loop has come with where the logs end, and tells the loop's telemetry. Polling thread only; the
/// question itself travels beside it.
/// </summary>
internal sealed class LagProbe
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly IStageConsumer consumer;
    private readonly StageTelemetry telemetry;
    private readonly TimeProvider time;
    private readonly Dictionary<int, (long Stable, long Since)> stuck = [];
    private Task<IReadOnlyDictionary<int, LogEnd>>? question;
    private long askedAt;
    private bool hasAsked;

    public LagProbe(IStageConsumer consumer, StageTelemetry telemetry, TimeProvider time)
    {
        this.consumer = consumer;
        this.telemetry = telemetry;
        this.time = time;
    }

    /// <summary>
    /// A turn of the loop, and a sign of life. <paramref name="progress"/> is called only when there is an answer to compare with.
    /// </summary>
    /// <param name="now">Timestamp of this turn.</param>
    /// <param name="owned">Partitions owned.</param>
    /// <param name="progress">How far each has come.</param>
    public void Turn(long now, IReadOnlyCollection<int> owned, Func<int, PartitionProgress> progress)
    {
        telemetry.Beat(now);
        if (question is { IsCompleted: true })
        {
            IReadOnlyDictionary<int, LogEnd> ends = question.GetAwaiter().GetResult();
            question = null;
            telemetry.HasJoined |= consumer.IsMember;
            telemetry.AssignedPartitions = owned.Count;
            telemetry.Partitions = Compare(now, owned, ends, progress);
        }

        if (question is null && (!hasAsked || time.GetElapsedTime(askedAt, now) >= Interval))
        {
            hasAsked = true;
            askedAt = now;
            question = consumer.LogEndsAsync([.. owned]);
        }
    }

    /// <summary>What was owned has changed: asks again at the next turn.</summary>
    public void Hurry() => hasAsked = false;

    // Without an answer, because a broker or a leader is away, the last word on a partition stays.
    private List<PartitionStatus> Compare(
        long now, IReadOnlyCollection<int> owned, IReadOnlyDictionary<int, LogEnd> ends, Func<int, PartitionProgress> progress)
    {
        List<PartitionStatus> rows = new(owned.Count);
        foreach (int partition in owned)
        {
            PartitionStatus? row = ends.TryGetValue(partition, out LogEnd end)
                ? Compare(now, end, progress(partition))
                : telemetry.Partitions?.FirstOrDefault(known => known.Partition == partition);
            if (row is not null)
            {
                rows.Add(row);
            }
        }

        return rows;
    }

    private PartitionStatus Compare(long now, LogEnd end, PartitionProgress progress)
    {
        int partition = progress.Partition;
        long lag = Math.Max(0, end.HighWatermark - progress.NextOffset);
        double? seconds = 0;
        if (lag > 0)
        {
            double age = (time.GetUtcNow().ToUnixTimeMilliseconds() - progress.NewestMillis) / 1e3;
            seconds = progress.NewestMillis > 0 ? Math.Max(0, age) : null;
        }

        return new PartitionStatus(
            partition, lag, seconds, progress.WatermarkMillis, progress.IsPaused, end.HighWatermark - end.LastStable,
            StuckFor(now, partition, end).TotalSeconds);
    }

    private TimeSpan StuckFor(long now, int partition, LogEnd end)
    {
        if (end.HighWatermark <= end.LastStable)
        {
            stuck.Remove(partition);
            return TimeSpan.Zero;
        }

        if (!stuck.TryGetValue(partition, out (long Stable, long Since) before) || before.Stable != end.LastStable)
        {
            stuck[partition] = (end.LastStable, now);
            return TimeSpan.Zero;
        }

        return time.GetElapsedTime(before.Since, now);
    }
}
