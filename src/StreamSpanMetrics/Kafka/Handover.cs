namespace StreamSpanMetrics.Kafka;

/// <summary>Where a predecessor ended (S6).</summary>
/// <param name="StartOffsets">First source offset that it has not counted, by partition.</param>
/// <param name="StartUnixMillis">Start of the first step of the successor; 0 if the predecessor has no points.</param>
internal sealed record Handover(IReadOnlyList<long> StartOffsets, long StartUnixMillis);
