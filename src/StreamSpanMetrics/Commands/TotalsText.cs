using System.Buffers;
using System.Text;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Metrics.V1;
using StreamSpanMetrics.Core.Prometheus;
using StreamSpanMetrics.Core.Settings;

namespace StreamSpanMetrics.Commands;

/// <summary>Writes totals as text, for <c>compute</c> and <c>state export</c>.</summary>
internal static class TotalsText
{
    /// <summary>All requests as one <c>ExportMetricsServiceRequest</c> in OTLP JSON, on one line.</summary>
    public static void WriteOtlpJson(IEnumerable<ExportMetricsServiceRequest> requests, TextWriter output)
    {
        // OTLP JSON is protobuf's with enums as numbers; the ids of exemplars would have to be hex, but points have none.
        JsonFormatter formatter = new(JsonFormatter.Settings.Default.WithFormatEnumsAsIntegers(true));
        string separator = "";
        output.Write("{ \"resourceMetrics\": [ ");
        foreach (ExportMetricsServiceRequest request in requests)
        {
            foreach (ResourceMetrics resource in request.ResourceMetrics)
            {
                output.Write(separator + formatter.Format(resource));
                separator = ", ";
            }
        }

        output.Write(separator.Length == 0 ? "] }\n" : " ] }\n");
    }

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
