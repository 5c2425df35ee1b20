using System.Collections.Concurrent;
using StreamSpanMetrics.Core.Totals;

namespace StreamSpanMetrics.Stages;

/// <summary>
/// What an application must have merged before another one takes over (S6): all that its aggregate stage has committed, with every step
/// that holds something of it closed. Shared by the loops of a process.
/// </summary>
public sealed class DrainGoal
{
    private readonly IReadOnlyDictionary<int, long> sources;
    private readonly int shards;
    private readonly ConcurrentDictionary<int, bool> drained = new();

    /// <summary>The goal.</summary>
    /// <param name="sources">Committed offsets of the aggregate stage, by source partition.</param>
    /// <param name="shards">Number of shards.</param>
    public DrainGoal(IReadOnlyDictionary<int, long> sources, int shards)
    {
        this.sources = sources;
        this.shards = shards;
    }

    /// <summary>Whether all shards are drained.</summary>
    public bool IsReached => drained.Count == shards;

    /// <summary>
    /// The step through which the shard has to be closed by decision, once it has merged everything; null before that, and when no open
    /// step can hold anything. No block has an entry later than its watermark, so the step of the newest clock is the last (T1).
    /// </summary>
    public long? StepToClose(ShardState state)
    {
        if (!HasMergedAll(state))
        {
            return null;
        }

        long step = LastStep(state);
        return step > Math.Max(state.ClosedStep, state.EmittedThroughStep) ? step : null;
    }

    /// <summary>Notes a shard of which all is written; true if it is drained, and was not before.</summary>
    public bool Note(int shard, ShardState state) =>
        HasMergedAll(state) && StepToClose(state) is null && state.NextClosableStep is null && drained.TryAdd(shard, true);

    private bool HasMergedAll(ShardState state)
    {
        ReadOnlySpan<SourceState> known = state.Sources;
        foreach ((int partition, long offset) in sources)
        {
            if (partition >= known.Length || known[partition].ExpectedOffset < offset)
            {
                return false;
            }
        }

        return true;
    }

    private static long LastStep(ShardState state)
    {
        long newest = SourceState.NoClock;
        foreach (SourceState source in state.Sources)
        {
            newest = Math.Max(newest, source.ClockUnixMillis);
        }

        return newest == SourceState.NoClock ? ShardState.NoStep : state.Rules.StepOf(newest);
    }
}
