namespace StreamSpanMetrics.Simulation.Cluster;

/// <summary>One offset of a partition.</summary>
/// <param name="Offset">Offset.</param>
/// <param name="TimestampMillis">Timestamp in milliseconds since 1970.</param>
/// <param name="Key">Key; null if there is none.</param>
/// <param name="Value">Value; null for a tombstone.</param>
/// <param name="Headers">Headers; null if there are none.</param>
/// <param name="Transaction">The transaction that wrote it; null if none.</param>
/// <param name="IsMarker">Whether it is the end of the transaction instead of a record.</param>
internal sealed record LogEntry(
    long Offset, long TimestampMillis, byte[]? Key, byte[]? Value, IReadOnlyList<KeyValuePair<string, byte[]>>? Headers,
    SimTransaction? Transaction, bool IsMarker)
{
    /// <summary>Whether a read-committed reader may see it, once the last stable offset is behind it.</summary>
    public bool IsVisible => !IsMarker && (Transaction is null || Transaction.IsCommitted);
}
