namespace StreamSpanMetrics.Stages;

/// <summary>Where a record stands in its topic, and when it was written. Its value has been handed to the value reader before.</summary>
/// <param name="Partition">Partition.</param>
/// <param name="Offset">Offset.</param>
/// <param name="TimestampMillis">Timestamp in milliseconds since 1970; not positive if the producer gave none.</param>
/// <param name="IsLogAppendTime">Whether the broker gave the timestamp.</param>
/// <param name="Headers">Headers; null where there are none or the consumer was not asked for them.</param>
public readonly record struct PolledRecord(
    int Partition, long Offset, long TimestampMillis, bool IsLogAppendTime, IReadOnlyList<KeyValuePair<string, byte[]>>? Headers = null);
