using System.Buffers;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace StreamSpanMetrics.Commands;

/// <summary>
/// OTLP JSON as protobuf (opentelemetry.io, OTLP specification, "JSON Protobuf Encoding"): protobuf's JSON mapping, but ids are hex
/// instead of base64, and unknown fields are ignored.
/// </summary>
/// <remarks>Builds all of a request in memory, twice: for files on a command line, not for the flow.</remarks>
internal static class TraceJson
{
    // Below 10^15 every integer is exact as a double.
    private const int ExactDigits = 15;

    // Protobuf's parser gives up at a depth of 100; the tokens only have to reach that far.
    private static readonly JsonReaderOptions Depth = new() { MaxDepth = 256 };

    private static readonly JsonParser Parser = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    /// <summary>Turns <paramref name="json"/>, an <c>ExportTraceServiceRequest</c>, into its protobuf bytes, or says why not.</summary>
    public static string? Read(ReadOnlySpan<byte> json, out byte[] record)
    {
        record = [];
        try
        {
            ExportTraceServiceRequest request = Parser.Parse<ExportTraceServiceRequest>(WithQuotedIntegers(json));
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
        catch (JsonException exception)
        {
            return $"is no JSON from byte {exception.BytePositionInLine} on";
        }
        catch (Exception exception) when (exception is InvalidProtocolBufferException or InvalidJsonException or FormatException)
        {
            return "is no OTLP JSON: " + exception.Message;
        }
    }

    // Protobuf's parser reads a bare number as a double, which makes times of today wrong by a hundred nanoseconds; in quotes it is exact.
    private static string WithQuotedIntegers(ReadOnlySpan<byte> json)
    {
        ArrayBufferWriter<byte> quoted = new(json.Length);
        Utf8JsonReader reader = new(json, Depth);
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
