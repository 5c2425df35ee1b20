using StreamSpanMetrics.Core.Deltas;

namespace StreamSpanMetrics.Stages;

/// <summary>The time of a record (T2): the broker's is taken as it is, a producer's within limits. Polling thread only.</summary>
internal sealed class RecordClock
{
    private const ulong NanosPerMilli = 1_000_000;

    private readonly long maxAheadMillis;
    private readonly TimeProvider time;

    public RecordClock(AggregateOptions options, TimeProvider time)
    {
        maxAheadMillis = (long)options.MaxAhead.TotalMilliseconds;
        this.time = time;
    }

    /// <summary>Timestamps lowered because they were too far ahead of our clock.</summary>
    public long ClockAhead { get; private set; }

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
            ClockAhead++;
            return now;
        }

        return timestamp;
    }
}
