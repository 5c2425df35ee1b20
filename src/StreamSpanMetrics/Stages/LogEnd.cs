namespace StreamSpanMetrics.Stages;

/// <summary>Where the log of a partition ends.</summary>
/// <param name="HighWatermark">Offset behind the last record that all replicas have, open transactions included.</param>
/// <param name="LastStable">Offset behind the last record that a read-committed reader may see.</param>
public readonly record struct LogEnd(long HighWatermark, long LastStable);
