using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Telemetry;

namespace StreamSpanMetrics.Stages;

/// <summary>The time of a record (T2): the broker's is taken as it is, a producer's within limits. Polling thread only.</summary>
internal sealed class RecordClock
{
    private const ulong NanosPerMilli = 1_000_000;

    private readonly long maxAheadMillis;
    private readonly TimeProvider time;
    private readonly WorkerMetrics metrics;

    public RecordClock(long maxAheadMillis, TimeProvider time, WorkerMetrics metrics)
    {
        this.metrics = metrics;
        this.maxAheadMillis = maxAheadMillis;
        this.time = time;
    }

    /// <summary>Milliseconds since 1970; 0 if neither the record nor its spans have a time.</summary>
    public long TimestampOf(PolledRecord record, StagedRecord staged)
    {
        if (record.IsLogAppendTime)
        {
            return record.TimestampMillis;
        }

        long timestamp = record.TimestampMillis > 0 ? record.TimestampMillis : (long)(staged.LatestEndNanos / NanosPerMilli);
        long now = time.GetUtcNow().ToUnixTimeMilliseconds();
        if (timestamp - now > maxAheadMillis)
        {
            metrics.ClockAhead(record.Partition, 1);
            return now;
        }

        return timestamp;
    }
}
