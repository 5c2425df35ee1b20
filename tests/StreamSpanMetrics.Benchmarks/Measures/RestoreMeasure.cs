using System.Diagnostics;
using StreamSpanMetrics.Core.Totals;

namespace StreamSpanMetrics.Benchmarks.Measures;

/// <summary>What it takes to make a shard ready again from the records of its snapshot, in memory.</summary>
internal static class RestoreMeasure
{
    private const int Runs = 3;

    /// <summary>Restores a shard with about <paramref name="series"/> series a few times and prints one line.</summary>
    public static int Run(int series)
    {
        (StateContents contents, long bytes, int chunks, int live) = Written(series);
        double first = 0;
        double best = double.MaxValue;
        for (int run = 0; run < Runs; run++)
        {
            GC.Collect();
            long started = Stopwatch.GetTimestamp();
            int restored = MergeMeasure.Restore(contents);
            double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            if (restored != live)
            {
                throw new InvalidOperationException($"{restored} of {live} series were restored.");
            }

            first = run == 0 ? seconds : first;
            best = Math.Min(best, seconds);
        }

        // The first one has to compile the code, too: that is what a worker that has just started sees.
        Console.WriteLine(FormattableString.Invariant($"series={live} chunks={chunks} snapshot_mb={bytes / 1e6:F1} ")
            + FormattableString.Invariant($"first_ms={first * 1e3:F0} best_ms={best * 1e3:F0} series_per_second={live / best:F0}"));
        return 0;
    }

    // Apart, so that the shard that wrote the snapshot is gone before one is restored from it.
    private static (StateContents Contents, long Bytes, int Chunks, int Live) Written(int series)
    {
        FilledShard shard = new(series);
        shard.ApplyStep(0);
        shard.CloseStep();
        StateContents contents = shard.Snapshot(out long bytes, out int chunks);
        return (contents, bytes, chunks, shard.State.ActiveSeries);
    }
}
