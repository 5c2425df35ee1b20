using StreamSpanMetrics.Schemas.V1;
using StreamSpanMetrics.Simulation.Cluster;

namespace StreamSpanMetrics.Simulation.Worlds;

/// <summary>
/// Whether a world has nothing left to do: all is read and committed, every step with a record is closed everywhere, all points are
/// accepted.
/// </summary>
internal sealed class RestCheck(World world, int knownPartitions)
{
    private readonly Dictionary<int, (long Entries, long Step)> lastSteps = [];
    private readonly Dictionary<int, long> appliedAt = [];

    /// <summary>What is still to be done.</summary>
    public string Missing { get; private set; } = "";

    /// <summary>Looks.</summary>
    public bool IsAtRest()
    {
        Missing = Look();
        return Missing.Length == 0;
    }

    private string Look()
    {
        SimGroup aggregate = world.Cluster.Group("app.aggregate");
        IReadOnlyList<SimPartition> sources = world.Cluster.Topic(Plan.Source).Partitions;
        if (world.FormerSource is not null || !world.Cluster.IsSettled)
        {
            return "a transaction is open, or the source is gone";
        }

        if (sources.FirstOrDefault(source => !HasRead(aggregate, source)) is SimPartition unread)
        {
            return $"{Plan.Source}[{unread.Number}] is committed up to {aggregate.Committed.GetValueOrDefault(unread.Number)} of {unread.End}";
        }

        SimGroup export = world.Cluster.Group("app.export");
        SimGroup merge = world.Cluster.Group("app.merge");
        if (world.Cluster.Topic(Plan.Metrics).Partitions.FirstOrDefault(metrics => !HasExported(export, metrics)) is SimPartition unsent)
        {
            return $"{Plan.Metrics}[{unsent.Number}] is exported up to {export.Committed.GetValueOrDefault(unsent.Number)} of {unsent.End}";
        }

        int[] open = [.. Enumerable.Range(0, world.Plan.Shards).Where(shard => !HasClosed(merge, shard))];
        return open.Length == 0 ? "" : $"shard {open[0]} has not closed all steps: {world.Progress(open[0])}";
    }

    private bool HasRead(SimGroup group, SimPartition source) =>
        group.Committed.TryGetValue(source.Number, out long offset) ? offset == source.End : source.Number >= knownPartitions && source.End == 0;

    private static bool HasExported(SimGroup group, SimPartition metrics)
    {
        LogEntry? last = metrics.NewestFirst().FirstOrDefault();
        long done = Math.Max(group.Committed.GetValueOrDefault(metrics.Number), group.LostCommits.GetValueOrDefault(metrics.Number));
        return last is null || done == last.Offset + 1;
    }

    // Every clock has passed the last step in which any partition counted something.
    private bool HasClosed(SimGroup merge, int shard)
    {
        ProgressRecord? progress = world.Progress(shard);
        SimPartition deltas = world.Cluster.Topic(Plan.Deltas).Partitions[shard];
        if (progress is null || progress.EmittedRecords > 0 || merge.Committed.GetValueOrDefault(shard) != progress.DeltasOffset)
        {
            return false;
        }

        if (!lastSteps.TryGetValue(shard, out (long Entries, long Step) known) || known.Entries != deltas.History.Count)
        {
            known = (deltas.History.Count, LastStep(deltas));
            lastSteps[shard] = known;
        }

        if (!HasApplied(deltas, progress.DeltasOffset))
        {
            appliedAt.Remove(shard);
            return false;
        }

        // What came for a closed step went into the one behind the last that was closed then.
        long last = world.Plan.MayFold ? Math.Max(known.Step, appliedAt.GetValueOrDefault(shard, progress.ClosedStep) + 1) : known.Step;
        appliedAt.TryAdd(shard, progress.ClosedStep);
        return progress.ClosedStep >= last;
    }

    private static long LastStep(SimPartition deltas)
    {
        long last = long.MinValue;
        Dictionary<uint, long> clocks = [];
        foreach (DeltaBlock block in deltas.Committed().SelectMany(entry => DeltaBatch.Parser.ParseFrom(entry.Value).Blocks))
        {
            long carried = clocks.GetValueOrDefault(block.SourcePartition) / Plan.IntervalMillis;
            last = block.Steps.Aggregate(last, (newest, step) => Math.Max(newest, Math.Max(step.Step, carried)));
            clocks[block.SourcePartition] = Math.Max(clocks.GetValueOrDefault(block.SourcePartition), block.WatermarkUnixMillis);
        }

        return last;
    }

    // Blocks that only move watermarks keep coming; what stands before them must be applied.
    private static bool HasApplied(SimPartition deltas, long progressOffset) =>
        deltas.NewestFirst().TakeWhile(entry => entry.Offset >= progressOffset)
            .All(entry => DeltaBatch.Parser.ParseFrom(entry.Value).Blocks.All(block => block.Steps.Count == 0));
}
