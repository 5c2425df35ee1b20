using System.Globalization;
using StreamSpanMetrics.Http;
using StreamSpanMetrics.Telemetry;

namespace StreamSpanMetrics.Hosting;

/// <summary>Judges a worker by what its loops tell. For any thread.</summary>
internal sealed class WorkerHealth
{
    /// <summary>
    /// A loop turns many times a second, and shows a sign of life also while it waits for a broker or reads a shard's state. What it may do
    /// without one, such as a call of the client that runs into its time-out, takes seconds. Silent for longer than this, it hangs.
    /// </summary>
    public static readonly TimeSpan LongestSilence = TimeSpan.FromMinutes(3);

    private readonly WorkerMetrics metrics;
    private readonly TimeSpan readyLag;
    private volatile bool hasStarted;

    public WorkerHealth(WorkerMetrics metrics, TimeSpan readyLag)
    {
        this.metrics = metrics;
        this.readyLag = readyLag;
    }

    /// <summary>All loops have been started: before, the worker waits for brokers and topics, which is healthy but not ready.</summary>
    public void Started() => hasStarted = true;

    /// <summary>Whether every loop makes progress.</summary>
    public HealthAnswer Health()
    {
        List<string> silent =
        [
            .. from stage in metrics.Stages
               where stage.SinceBeat > LongestSilence
               select $"{stage.Name} has not turned for {Seconds(stage.SinceBeat)}",
        ];
        return Answer(silent, $"ok: {metrics.Stages.Count} loops turn");
    }

    /// <summary>Whether every loop has its partitions, restored and not far behind.</summary>
    public HealthAnswer Readiness()
    {
        if (!hasStarted)
        {
            return new HealthAnswer(false, "starting: brokers and topics are waited for\n");
        }

        return Answer([.. metrics.Stages.SelectMany(Unready)], "ready");
    }

    private IEnumerable<string> Unready(StageTelemetry stage)
    {
        if (!stage.HasJoined || stage.Partitions is not { } partitions)
        {
            yield return $"{stage.Name} has not joined its group yet";
            yield break;
        }

        if (stage.RestoringShards > 0)
        {
            yield return $"{stage.Name} restores a shard";
        }

        foreach (ShardStatus shard in stage.Shards.Where(shard => shard.IsStopped))
        {
            yield return $"{stage.Name}: shard {shard.Shard} has stopped; the log says why";
        }

        foreach (PartitionStatus row in partitions.Where(row => row.LagRecords > 0 && !(row.LagSeconds <= readyLag.TotalSeconds)))
        {
            string age = row.LagSeconds is double seconds ? Seconds(TimeSpan.FromSeconds(seconds)) : "an unknown time";
            yield return $"{stage.Name}: partition {row.Partition} is {row.LagRecords} records and {age} behind";
        }
    }

    private static HealthAnswer Answer(List<string> troubles, string good) =>
        troubles.Count == 0 ? new HealthAnswer(true, good + "\n") : new HealthAnswer(false, string.Join('\n', troubles) + "\n");

    private static string Seconds(TimeSpan duration) => duration.TotalSeconds.ToString("0", CultureInfo.InvariantCulture) + " s";
}
