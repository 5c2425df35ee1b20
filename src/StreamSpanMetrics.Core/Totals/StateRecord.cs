namespace StreamSpanMetrics.Core.Totals;

/// <summary>A record of the state topic.</summary>
/// <param name="Key">Bytes of a <c>StateKey</c>.</param>
/// <param name="Value">Bytes of the value; null is a tombstone.</param>
public readonly record struct StateRecord(byte[] Key, byte[]? Value);
