using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Trace.V1;
using StreamSpanMetrics.Benchmarks.Corpora;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Benchmarks.Measures;

/// <summary>
/// The core over a corpus in memory, on one thread; beside it, on request, Google.Protobuf's parse of the same bytes, and the core over the
/// same requests as OTLP JSON.
/// </summary>
internal static class PipelineMeasure
{
    private const int WarmUpPasses = 2;

    /// <summary>
    /// Runs for about <paramref name="seconds"/> and prints one line; with <paramref name="compare"/> or <paramref name="json"/> a line for
    /// each, for as much time each and by turns, so that a neighbour's noise meets all, and lines with the ratios.
    /// </summary>
    public static int Run(string path, double seconds, bool compare, bool json)
    {
        List<byte[]> records = CorpusFile.Read(path);
        string corpus = Path.GetFileName(path);
        CorePipeline pipeline = new();
        CorePipeline jsonPipeline = new();
        List<byte[]> jsonRecords = json ? records.ConvertAll(JsonRequest.Of) : [];
        for (int pass = 0; pass < WarmUpPasses; pass++)
        {
            pipeline.Pass(records);
            jsonPipeline.PassJson(jsonRecords);
        }

        Stint ours = new();
        Stint google = new();
        Stint fromJson = new();
        while (ours.Elapsed.TotalSeconds < seconds)
        {
            ours.Run(() => pipeline.Pass(records));
            while (compare && google.Elapsed < ours.Elapsed)
            {
                google.Run(() => Parse(records));
            }

            while (json && fromJson.Elapsed < ours.Elapsed)
            {
                fromJson.Run(() => jsonPipeline.PassJson(jsonRecords));
            }
        }

        Console.WriteLine($"corpus={corpus} {ours} series={pipeline.Folder.Series.Count}");
        if (compare)
        {
            Console.WriteLine($"corpus={corpus} {google} google.protobuf");
            Console.WriteLine(FormattableString.Invariant($"ratio={ours.SpansPerSecond / google.SpansPerSecond:F1}"));
        }

        if (json)
        {
            double larger = jsonRecords.Sum(record => (double)record.Length) / records.Sum(record => (double)record.Length);
            Console.WriteLine($"corpus={corpus} {fromJson} series={jsonPipeline.Folder.Series.Count} otlp_json");
            Console.WriteLine(FormattableString.Invariant(
                $"json_time_ratio={ours.SpansPerSecond / fromJson.SpansPerSecond:F1} json_bytes_ratio={larger:F1}"));
        }

        return 0;
    }

    private static long Parse(List<byte[]> records)
    {
        long spans = 0;
        foreach (byte[] record in records)
        {
            ExportTraceServiceRequest request = ExportTraceServiceRequest.Parser.ParseFrom(record);
            foreach (ResourceSpans resource in request.ResourceSpans)
            {
                foreach (ScopeSpans scope in resource.ScopeSpans)
                {
                    spans += scope.Spans.Count;
                }
            }
        }

        return spans;
    }
}
