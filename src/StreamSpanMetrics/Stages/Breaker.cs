using Microsoft.Extensions.Logging;
using StreamSpanMetrics.Telemetry;

namespace StreamSpanMetrics.Stages;

/// <summary>
/// Stops reading a partition for a while when most of its records do not decode (A9): a wrong encoding should not empty a topic into the
/// dead-letter topic. Bad records count up and good ones down; after the pause a few more bad ones are enough to pause again. Polling
/// thread only.
/// </summary>
internal sealed class Breaker
{
    /// <summary>Bad records that a partition may still have after a pause.</summary>
    private const int ProbeRecords = 10;

    private readonly AggregateOptions options;
    private readonly PartitionGate gate;
    private readonly StageTelemetry telemetry;
    private readonly TimeProvider time;
    private readonly ILogger logger;

    public Breaker(AggregateOptions options, PartitionGate gate, StageTelemetry telemetry, TimeProvider time, ILogger logger)
    {
        this.options = options;
        this.gate = gate;
        this.telemetry = telemetry;
        this.time = time;
        this.logger = logger;
    }

    /// <summary>A record decoded.</summary>
    public static void Good(SourcePartition partition) => partition.BadScore = Math.Max(0, partition.BadScore - 1);

    /// <summary>A record did not decode, for the reason given in words.</summary>
    public void Bad(SourcePartition partition, string message)
    {
        if (options.BreakerRecords == 0 || ++partition.BadScore < options.BreakerRecords)
        {
            return;
        }

        partition.BadScore = Math.Max(0, options.BreakerRecords - ProbeRecords);
        partition.BrokenAt = time.GetTimestamp();
        gate.Close(partition, PauseReasons.Breaker);
        telemetry.Metrics.BreakerTripped(partition.Number, 1);
        logger.BreakerTripped(telemetry.Name, options.SourceTopic, partition.Number, options.BreakerPause.TotalSeconds, message);
    }

    /// <summary>A turn of the loop: reads partitions again whose pause is over.</summary>
    public void Turn(long now, SortedDictionary<int, SourcePartition> owned)
    {
        foreach (SourcePartition partition in owned.Values)
        {
            bool isBroken = (partition.Pauses & PauseReasons.Breaker) != 0;
            if (isBroken && time.GetElapsedTime(partition.BrokenAt, now) >= options.BreakerPause)
            {
                gate.Open(partition, PauseReasons.Breaker);
            }
        }
    }
}
