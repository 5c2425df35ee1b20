using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace StreamSpanMetrics.Testing;

/// <summary>Requests in OTLP JSON as the Collector's exporters write it: no white space, ids as hex digits, enumerations as numbers.</summary>
public static class JsonRequest
{
    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithFormatEnumsAsIntegers(true));
    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The request <paramref name="record"/>, in protobuf, as JSON.</summary>
    public static byte[] Of(byte[] record)
    {
        ExportTraceServiceRequest request = ExportTraceServiceRequest.Parser.ParseFrom(record);
        foreach (Span span in request.ResourceSpans.SelectMany(resource => resource.ScopeSpans).SelectMany(scope => scope.Spans))
        {
            span.TraceId = Disguised(span.TraceId);
            span.SpanId = Disguised(span.SpanId);
            span.ParentSpanId = Disguised(span.ParentSpanId);
            foreach (Span.Types.Link link in span.Links)
            {
                link.TraceId = Disguised(link.TraceId);
                link.SpanId = Disguised(link.SpanId);
            }
        }

        return JsonSerializer.SerializeToUtf8Bytes(JsonNode.Parse(Formatter.Format(request)), Relaxed);
    }

    // The formatter writes base64: these are the bytes whose base64 is the hex digits of the id.
    private static ByteString Disguised(ByteString id) => ByteString.FromBase64(Convert.ToHexStringLower(id.Span));
}
