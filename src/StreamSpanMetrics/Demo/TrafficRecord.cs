namespace StreamSpanMetrics.Demo;

/// <summary>A record for the source topic.</summary>
/// <param name="Value">A serialized <c>ExportTraceServiceRequest</c>.</param>
/// <param name="SpanCount">Spans in it, at least 1.</param>
public readonly record struct TrafficRecord(byte[] Value, int SpanCount);
