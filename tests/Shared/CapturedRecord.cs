namespace StreamSpanMetrics.Testing;

/// <summary>A Kafka record as it was captured.</summary>
/// <param name="Partition">Partition it was read from, 0 to 3.</param>
/// <param name="Offset">Its offset there.</param>
/// <param name="TimestampMillis">CreateTime, milliseconds since 1970.</param>
/// <param name="Key">Key bytes, or null if the record has none.</param>
/// <param name="Value">Value bytes: an <c>ExportTraceServiceRequest</c>.</param>
public sealed record CapturedRecord(int Partition, long Offset, long TimestampMillis, byte[]? Key, byte[] Value);
