using System.Diagnostics;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using Snappier;
using StreamSpanMetrics.Core.Prometheus;

namespace StreamSpanMetrics.Benchmarks.Measures;

/// <summary>What export spends on a step of one shard, part by part: processor time of one thread, nearly all of it in memory.</summary>
internal static class ExportMeasure
{
    private const int Runs = 3;
    private const int MaxBatchBytes = 3_000_000;

    /// <summary>Exports steps of a shard with about <paramref name="series"/> series and prints the best of some runs.</summary>
    public static int Run(int series)
    {
        List<byte[]> records = Records(series);
        SeriesTranslator translator = new(new PrometheusRules());
        SeriesBuffer translated = new();
        RemoteWriteBatcher batcher = new(MaxBatchBytes, sendMetadata: true);
        RemoteWrite2Encoder encoder = new();
        double[] best = [.. Enumerable.Repeat(double.MaxValue, 6)];
        long samples = 0;
        long bytes = 0;
        long compressed = 0;
        long compressed2 = 0;
        for (int run = 0; run < Runs; run++)
        {
            double[] spent = new double[best.Length];
            (samples, bytes, compressed, compressed2) = (0, 0, 0, 0);
            foreach (byte[] record in records)
            {
                ExportMetricsServiceRequest points = new();
                spent[0] += Time(() => points = ExportMetricsServiceRequest.Parser.ParseFrom(record));
                translated.Clear();
                spent[1] += Time(() => translator.Translate(points, translated));
                samples += translated.SampleCount;
                bytes += translated.Length;
                spent[2] += Time(() => batcher.Append(translated));
                List<WriteRequestBatch> requests = batcher.Requests();
                spent[3] += Time(() => requests.ForEach(request => compressed += Snappy.CompressToArray(request.Body.Span).Length));
                spent[4] += Time(() => requests.ForEach(request => encoder.Encode(request)));
                spent[5] += Time(() => requests.ForEach(request => compressed2 += Snappy.CompressToArray(encoder.Encode(request).Span).Length));
                batcher.Clear();
            }

            for (int part = 0; part < best.Length; part++)
            {
                best[part] = Math.Min(best[part], spent[part]);
            }
        }

        Console.WriteLine(FormattableString.Invariant($"records={records.Count} samples={samples} request_mb={bytes / 1e6:F0} ")
            + FormattableString.Invariant($"parse_ms={best[0]:F0} translate_ms={best[1]:F0} gather_ms={best[2]:F0} compress_ms={best[3]:F0} ")
            + FormattableString.Invariant($"compressed_mb={compressed / 1e6:F1} version2_encode_ms={best[4]:F0} ")
            + FormattableString.Invariant($"version2_encode_and_compress_ms={best[5]:F0} version2_compressed_mb={compressed2 / 1e6:F1}"));
        return 0;
    }

    // The second step of a shard: what comes again and again, without the points of births.
    private static List<byte[]> Records(int series)
    {
        FilledShard shard = new(series);
        shard.ApplyStep(0);
        shard.CloseStep();
        shard.ApplyStep(1);
        List<byte[]> records = [];
        shard.CloseStep(record => records.Add(record.ToArray()));
        return records;
    }

    private static double Time(Action work)
    {
        long started = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }
}
