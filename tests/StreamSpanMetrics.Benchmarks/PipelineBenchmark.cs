using System.Diagnostics;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Spans;

namespace StreamSpanMetrics.Benchmarks;

/// <summary>Decode, dimensions, series table and histogram over a corpus in memory, on one thread, with the article's settings.</summary>
internal static class PipelineBenchmark
{
    /// <summary>Runs for about <paramref name="seconds"/> and prints one line.</summary>
    public static int Run(string path, double seconds)
    {
        List<byte[]> records = CorpusFile.Read(path);
        RecordFolder folder = new(ArticleRules.Spans);
        DeltaAccumulator accumulator = new(new ExplicitBounds(ArticleRules.Histogram));
        long spans = 0;
        Pass(records, folder, accumulator, ref spans);
        accumulator.Clear();
        long step = 1;
        spans = 0;
        Pass(records, folder, accumulator, ref spans, step);
        accumulator.Clear();
        spans = 0;
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        long started = Stopwatch.GetTimestamp();
        TimeSpan elapsed;
        do
        {
            Pass(records, folder, accumulator, ref spans, ++step);
            accumulator.Clear();
            elapsed = Stopwatch.GetElapsedTime(started);
        }
        while (elapsed.TotalSeconds < seconds);
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        Console.WriteLine(
            $"corpus={Path.GetFileName(path)} spans_s={spans / elapsed.TotalSeconds:F0} ns_span={elapsed.TotalNanoseconds / spans:F1} "
            + $"bytes_span={(double)allocated / spans:F4} series={folder.Series.Count}");
        return 0;
    }

    private static void Pass(List<byte[]> records, RecordFolder folder, DeltaAccumulator accumulator, ref long spans, long step = 0)
    {
        foreach (byte[] record in records)
        {
            DecodeProblem problem = folder.Fold(record);
            if (problem.Exists)
            {
                throw new InvalidDataException($"The corpus has a broken record: {problem}.");
            }

            accumulator.Add(folder.Staged, step);
            spans += folder.Staged.Spans;
        }
    }
}
