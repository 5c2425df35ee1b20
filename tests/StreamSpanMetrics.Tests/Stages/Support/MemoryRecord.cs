namespace StreamSpanMetrics.Tests.Stages.Support;

/// <summary>A record of the memory log; one without is a hole: a marker, an aborted record, or one removed.</summary>
internal sealed record MemoryRecord(
    long Offset, byte[]? Key, byte[]? Value, long TimestampMillis, bool IsLogAppendTime, IReadOnlyList<KeyValuePair<string, byte[]>>? Headers);
