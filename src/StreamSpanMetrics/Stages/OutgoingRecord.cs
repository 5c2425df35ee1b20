namespace StreamSpanMetrics.Stages;

/// <summary>A record to be written.</summary>
/// <param name="Topic">Topic.</param>
/// <param name="Partition">Partition; -1 lets the client choose.</param>
/// <param name="Key">Key, or null.</param>
/// <param name="Value">Value; null is a tombstone.</param>
/// <param name="Headers">Headers; null means none.</param>
public sealed record OutgoingRecord(
    string Topic, int Partition, byte[]? Key, byte[]? Value, IReadOnlyList<KeyValuePair<string, byte[]>>? Headers = null);
