using System.Buffers;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace StreamSpanMetrics.Core.Tests.Support;

/// <summary>
/// OTLP JSON by way of Google.Protobuf's own JSON parser: the slow twin of the transcoder for what follows protobuf's JSON mapping, with hex
/// digits for ids.
/// </summary>
internal static class JsonTwin
{
    // Below 10^15 every integer is exact as a double.
    private const int ExactDigits = 15;

    private static readonly JsonParser Parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    /// <summary>Reads a request.</summary>
    public static ExportTraceServiceRequest Read(ReadOnlySpan<byte> json)
    {
        ExportTraceServiceRequest request = Parser.Parse<ExportTraceServiceRequest>(WithQuotedIntegers(json));
        foreach (Span span in request.ResourceSpans.SelectMany(resource => resource.ScopeSpans).SelectMany(scope => scope.Spans))
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

        return request;
    }

    // Protobuf's parser reads a bare number as a double, which makes times of today wrong by a hundred nanoseconds; in quotes it is exact.
    private static string WithQuotedIntegers(ReadOnlySpan<byte> json)
    {
        ArrayBufferWriter<byte> quoted = new(json.Length);
        Utf8JsonReader reader = new(json, new JsonReaderOptions { MaxDepth = 256 });
        int copied = 0;
        while (reader.Read())
        {
            ReadOnlySpan<byte> number = reader.ValueSpan;
            if (reader.TokenType == JsonTokenType.Number && number.Length > ExactDigits && !number.ContainsAny(".eE"u8))
            {
                int start = (int)reader.TokenStartIndex;
                quoted.Write(json[copied..start]);
                quoted.Write("\""u8);
                quoted.Write(number);
                quoted.Write("\""u8);
                copied = start + number.Length;
            }
        }

        quoted.Write(json[copied..]);
        return Encoding.UTF8.GetString(quoted.WrittenSpan);
    }

    // The parser took the hex digits for base64, which loses nothing: all hex digits are base64 digits, and an id has 16 or 32 of them,
    // whole groups of four. So encoding gives the digits back.
    private static ByteString Repaired(ByteString id) =>
        id.IsEmpty ? id : ByteString.CopyFrom(Convert.FromHexString(id.ToBase64()));
}
