using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Trace.V1;
using StreamSpanMetrics.Benchmarks.Corpora;

namespace StreamSpanMetrics.Benchmarks.Measures;

/// <summary>The core over a corpus in memory, on one thread; beside it, on request, Google.Protobuf's parse of the same bytes.</summary>
internal static class PipelineMeasure
{
    private const int WarmUpPasses = 2;

    /// <summary>
    /// Runs for about <paramref name="seconds"/> and prints one line; with <paramref name="compare"/> two, for as much time each and by
    /// turns, so that a neighbour's noise meets both, and a third with their ratio.
    /// </summary>
    public static int Run(string path, double seconds, bool compare)
    {
        List<byte[]> records = CorpusFile.Read(path);
        string corpus = Path.GetFileName(path);
        CorePipeline pipeline = new();
        for (int pass = 0; pass < WarmUpPasses; pass++)
        {
            pipeline.Pass(records);
        }

        Stint ours = new();
        Stint google = new();
        Func<long> fold = () => pipeline.Pass(records);
        Func<long> parse = () => Parse(records);
        while (ours.Elapsed.TotalSeconds < seconds)
        {
            ours.Run(fold);
            while (compare && google.Elapsed < ours.Elapsed)
            {
                google.Run(parse);
            }
        }

        Console.WriteLine($"corpus={corpus} {ours} series={pipeline.Folder.Series.Count}");
        if (compare)
        {
            Console.WriteLine($"corpus={corpus} {google} google.protobuf");
            Console.WriteLine(FormattableString.Invariant($"ratio={ours.SpansPerSecond / google.SpansPerSecond:F1}"));
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
