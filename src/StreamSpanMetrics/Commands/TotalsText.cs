using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Metrics.V1;
using StreamSpanMetrics.Core.Prometheus;
using StreamSpanMetrics.Core.Settings;

namespace StreamSpanMetrics.Commands;

/// <summary>Writes totals as text, for <c>compute</c> and <c>state export</c>.</summary>
internal static partial class TotalsText
{
    /// <summary>All requests as one <c>ExportMetricsServiceRequest</c> in OTLP JSON, on one line.</summary>
    public static void WriteOtlpJson(IEnumerable<ExportMetricsServiceRequest> requests, TextWriter output)
    {
        // OTLP JSON is protobuf's with enums as numbers and ids in hex.
        JsonFormatter formatter = new(JsonFormatter.Settings.Default.WithFormatEnumsAsIntegers(true));
        string separator = "";
        output.Write("{ \"resourceMetrics\": [ ");
        foreach (ExportMetricsServiceRequest request in requests)
        {
            foreach (ResourceMetrics resource in request.ResourceMetrics)
            {
                output.Write(separator + Ids().Replace(formatter.Format(resource), Hex));
                separator = ", ";
            }
        }

        output.Write(separator.Length == 0 ? "] }\n" : " ] }\n");
    }

    private static string Hex(Match id) => id.Groups["field"].Value + Convert.ToHexStringLower(Convert.FromBase64String(id.Groups["id"].Value));

    /// <summary>The ids of exemplars. A quote inside a text has a backslash before it, so no text looks like this.</summary>
    [GeneratedRegex("""(?<field>"(traceId|spanId)": ")(?<id>[A-Za-z0-9+/]+=*)(?=")""")]
    private static partial Regex Ids();

    /// <summary>The series that remote write would send, as OpenMetrics text without times.</summary>
    public static void WriteOpenMetrics(IEnumerable<ExportMetricsServiceRequest> requests, ProcessorSettings settings, TextWriter output)
    {
        SeriesTranslator translator = new(RulesBuilder.Prometheus(settings));
        OpenMetricsText text = new();
        foreach (ExportMetricsServiceRequest request in requests)
        {
            SeriesBuffer series = new();
            translator.Translate(request, series);
            text.Add(series);
        }

        ArrayBufferWriter<byte> exposition = new();
        text.WriteTo(exposition);
        output.Write(Encoding.UTF8.GetString(exposition.WrittenSpan));
    }
}
