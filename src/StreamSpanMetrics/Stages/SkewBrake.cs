using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Stages;

/// <summary>
/// Holds partitions that are too far ahead of the slowest one (A7). The slowest may be another worker's, so merge's progress is asked for
/// now and then; the partitions read here are known as they are. Polling thread only; the question itself travels beside it.
/// </summary>
internal sealed class SkewBrake
{
    /// <summary>Between questions while all partitions are close together.</summary>
    private static readonly TimeSpan CalmInterval = TimeSpan.FromSeconds(5);

    /// <summary>Between questions while partitions wait for an answer.</summary>
    private static readonly TimeSpan HoldingInterval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);

    private readonly AggregateOptions options;
    private readonly IStageConsumer consumer;
    private readonly IProgressLog log;
    private readonly PartitionGate gate;
    private readonly TimeProvider time;
    private readonly SkewLimit limit;
    private readonly Dictionary<int, long> ownMillis = [];
    private IReadOnlyCollection<ProgressRecord> progress = [];
    private Task<IReadOnlyCollection<ProgressRecord>?>? question;
    private long askedAt;
    private long lookedAt;
    private bool hasAsked;

    public SkewBrake(AggregateOptions options, IStageConsumer consumer, IProgressLog log, PartitionGate gate, TimeProvider time)
    {
        this.options = options;
        this.consumer = consumer;
        this.log = log;
        this.gate = gate;
        this.time = time;
        limit = new SkewLimit(options.IntervalMillis, options.MaxSkewSteps);
    }

    /// <summary>Whether partitions are held.</summary>
    public bool IsHolding { get; private set; }

    /// <summary>A turn of the loop.</summary>
    public void Turn(long now, SortedDictionary<int, SourcePartition> owned)
    {
        bool answered = question is { IsCompleted: true };
        if (answered)
        {
            progress = question!.GetAwaiter().GetResult() ?? progress;
            question = null;
        }

        TimeSpan interval = IsHolding ? HoldingInterval : CalmInterval;
        if (question is null && owned.Count > 0 && (!hasAsked || time.GetElapsedTime(askedAt, now) >= interval))
        {
            hasAsked = true;
            askedAt = now;
            question = log.ReadAsync();
        }

        if (answered || time.GetElapsedTime(lookedAt, now) >= LookInterval)
        {
            lookedAt = now;
            Look(owned);
        }
    }

    /// <summary>After a record: holds its partition if it went too far.</summary>
    public void Check(SourcePartition partition, SortedDictionary<int, SourcePartition> owned)
    {
        if (limit.LimitMillis == SkewLimit.NoLimit || partition.ClockMillis > limit.LimitMillis)
        {
            Look(owned);
        }
    }

    private void Look(SortedDictionary<int, SourcePartition> owned)
    {
        ownMillis.Clear();
        foreach (SourcePartition partition in owned.Values)
        {
            if (partition.WatermarkMillis is long watermark)
            {
                ownMillis[partition.Number] = watermark;
            }
        }

        limit.Update(progress, options.Shards, ownMillis, Math.Max(consumer.PartitionCount, owned.Count));
        IsHolding = false;
        foreach (SourcePartition partition in owned.Values)
        {
            bool waits = partition.Pauses.HasFlag(PauseReasons.Ahead);
            if (partition.WatermarkMillis > (waits ? limit.ReleaseMillis : limit.LimitMillis))
            {
                gate.Close(partition, PauseReasons.Ahead);
                IsHolding = true;
            }
            else
            {
                gate.Open(partition, PauseReasons.Ahead);
            }
        }
    }
}
