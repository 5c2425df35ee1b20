namespace StreamSpanMetrics.Core.Settings;

/// <summary>How the records of the span topic are written: the Collector's names. It changes nothing about what a span means.</summary>
public enum SpanEncoding
{
    /// <summary><c>otlp_proto</c>: <c>ExportTraceServiceRequest</c> in protobuf.</summary>
    OtlpProto,

    /// <summary><c>otlp_json</c>: the same request in OTLP JSON.</summary>
    OtlpJson,
}
