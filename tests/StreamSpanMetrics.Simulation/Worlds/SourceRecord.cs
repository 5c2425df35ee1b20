namespace StreamSpanMetrics.Simulation.Worlds;

/// <summary>A record of the workload.</summary>
/// <param name="Value">Its bytes.</param>
/// <param name="Spans">What they mean; null if they cannot be decoded.</param>
/// <param name="EndMillis">Newest span end in milliseconds since 1970; 0 without spans.</param>
internal sealed record SourceRecord(byte[] Value, IReadOnlyList<TruthSpan>? Spans, long EndMillis);
