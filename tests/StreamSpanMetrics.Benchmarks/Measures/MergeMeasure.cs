using System.Diagnostics;
using StreamSpanMetrics.Core.Totals;

namespace StreamSpanMetrics.Benchmarks.Measures;

/// <summary>What a shard of merge costs: memory for each live series, the closing of a step, a restore.</summary>
internal static class MergeMeasure
{
    private const double MegaByte = 1e6;

    private const int PauseSteps = 6;

    // What merge uses.
    private static readonly TimeSpan SliceDuration = TimeSpan.FromMilliseconds(4);

    /// <summary>Fills a shard with about <paramref name="series"/> series and prints one line.</summary>
    public static int Run(int series)
    {
        FilledShard shard = new(series);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        shard.ApplyStep(0);
        shard.CloseStep();
        shard.ApplyStep(1);
        shard.CloseStep();
        long bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        int live = shard.State.ActiveSeries;

        TimeSpan applying = Time(() => shard.ApplyStep(2));
        long emitted = 0;
        TimeSpan closing = Time(() => emitted = shard.CloseStep());

        (double longestApply, double longestClose, double longestState) = LongestPauses(shard);

        StateContents contents = shard.Snapshot();
        int restored = 0;
        TimeSpan restoring = Time(() => restored = Restore(contents));
        if (restored != live)
        {
            throw new InvalidOperationException($"{restored} of {live} series were restored.");
        }

        Console.WriteLine(FormattableString.Invariant($"series={live} bytes_series={(double)bytes / live:F0} ")
            + FormattableString.Invariant($"apply_ms={applying.TotalMilliseconds:F0} close_ms={closing.TotalMilliseconds:F0} ")
            + FormattableString.Invariant($"emitted_mb={emitted / MegaByte:F1} restore_ms={restoring.TotalMilliseconds:F0} ")
            + FormattableString.Invariant($"longest_apply_ms={longestApply:F1} longest_close_slice_ms={longestClose:F1} ")
            + FormattableString.Invariant($"longest_state_slice_ms={longestState:F1}"));
        return 0;
    }

    // A pause of our own comes again at every step; one that another process makes, or the compiler, does not.
    private static (double Apply, double Close, double State) LongestPauses(FilledShard shard)
    {
        double apply = double.MaxValue;
        double close = double.MaxValue;
        double state = double.MaxValue;
        for (int step = 3; step < 3 + PauseSteps; step++)
        {
            shard.ApplyStep(step);
            apply = Math.Min(apply, shard.LongestApply.TotalMilliseconds);
            close = Math.Min(close, shard.CloseStepInSlices(SliceDuration).TotalMilliseconds);
            state = Math.Min(state, shard.SnapshotInSlices(SliceDuration).TotalMilliseconds);
        }

        return (apply, close, state);
    }

    /// <summary>Restores a shard as merge does at assignment, from records in memory; returns its series.</summary>
    public static int Restore(StateContents contents)
    {
        RestoreResult result = SnapshotReader.Read(FilledShard.Rules, contents);
        ShardState? state = null;
        RestoreFailure failure = result.Replay?.Complete(out state, out _) ?? result.Failure;
        return state?.ActiveSeries ?? throw new InvalidOperationException($"The restore failed: {failure}.");
    }

    private static TimeSpan Time(Action work)
    {
        long started = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(started);
    }
}
