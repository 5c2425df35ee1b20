using System.Text;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace StreamSpanMetrics.Commands;

/// <summary>
/// OTLP JSON as protobuf (opentelemetry.io, OTLP specification, "JSON Protobuf Encoding"): protobuf's JSON mapping, but ids are hex
/// instead of base64, and unknown fields are ignored.
/// </summary>
internal static class TraceJson
{
    private static readonly JsonParser Parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    /// <summary>Turns <paramref name="json"/>, an <c>ExportTraceServiceRequest</c>, into its protobuf bytes, or says why not.</summary>
    public static string? Read(ReadOnlySpan<byte> json, out byte[] record)
    {
        record = [];
        try
        {
            ExportTraceServiceRequest request = Parser.Parse<ExportTraceServiceRequest>(Encoding.UTF8.GetString(json));
            foreach (ResourceSpans resource in request.ResourceSpans)
            {
                foreach (ScopeSpans scope in resource.ScopeSpans)
                {
                    RepairIds(scope);
                }
            }

            record = request.ToByteArray();
            return null;
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or InvalidJsonException or FormatException)
        {
            return "is no OTLP JSON: " + exception.Message;
        }
    }

    private static void RepairIds(ScopeSpans scope)
    {
        foreach (Span span in scope.Spans)
        {
            span.TraceId = Repaired(span.TraceId);
            span.SpanId = Repaired(span.SpanId);
            span.ParentSpanId = Repaired(span.ParentSpanId);
            foreach (Span.Types.Link link in span.Links)
            {
                link.TraceId = Repaired(link.TraceId);
                link.SpanId = Repaired(link.SpanId);
            }
        }
    }

    // The parser took the hex digits for base64, which loses nothing: all hex digits are base64 digits, and an id has 16 or 32 of them,
    // whole groups of four. So encoding gives the digits back.
    private static ByteString Repaired(ByteString id) =>
        id.IsEmpty ? id : ByteString.CopyFrom(Convert.FromHexString(id.ToBase64()));
}
