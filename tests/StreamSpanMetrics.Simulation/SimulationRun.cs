using StreamSpanMetrics.Simulation.Cluster;
using StreamSpanMetrics.Simulation.Truth;
using StreamSpanMetrics.Simulation.Worlds;

namespace StreamSpanMetrics.Simulation;

/// <summary>Runs seeds: a world with everything that goes wrong in it, its checks, and a second run over the same log.</summary>
public static class SimulationRun
{
    /// <summary>Runs one seed.</summary>
    /// <param name="seed">The seed.</param>
    /// <param name="trace">Takes what happens, line by line; null if nobody wants to know.</param>
    public static SimulationOutcome Run(int seed, List<string>? trace = null)
    {
        Plan plan = new(seed);
        using World world = new(plan, seed, null, trace);
        List<string> complaints = [];
        Checks checks = new(world);
        try
        {
            world.Run();
            complaints.AddRange(checks.Run());
            if (complaints.Count == 0 && checks.Folded == 0 && checks.LostBlocks == 0 && CanRepeat(world))
            {
                CompareWithReplay(world, trace, complaints);
            }
        }
        catch (InvalidOperationException exception)
        {
            complaints.Add(exception.Message);
        }

        Count(world, checks);
        return new SimulationOutcome(
            seed, complaints, world.Scheduler.TraceHash, world.Scheduler.Steps, checks.Points, checks.Folded, world.Events);
    }

    // Not where the source is gone, or where a timestamp was lowered to the clock of whoever read it (T2).
    private static bool CanRepeat(World world) =>
        world.FormerSource is null && !world.Plan.HasClocksFarAhead
        && world.Cluster.Topic(Plan.Source).Partitions.All(partition => partition.Start == 0);

    // The same log under another application id, with other workers, cuts and schedule: its records begin with the same bytes.
    private static void CompareWithReplay(World world, List<string>? trace, List<string> complaints)
    {
        trace?.Add("== the same log again");
        using World again = new(world.Plan, world.Plan.Seed ^ 0x77777777, world.Cluster.Topic(Plan.Source), trace);
        again.Run();
        complaints.AddRange(again.Workers.Stops.Where(stop => !stop.Contains("transactional id", StringComparison.Ordinal)));
        // Its workers may stand still, too: a step that was closed by the clock moves entries into later ones (T5).
        Checks checks = new(again);
        bool mayFold = Enumerable.Range(0, world.Plan.Shards).Any(shard => checks.ForcedOf(shard).Count > 0);
        for (int shard = 0; shard < world.Plan.Shards && !mayFold; shard++)
        {
            List<string> first = Records(world, shard);
            List<string> second = Records(again, shard);
            int same = first.Zip(second).TakeWhile(pair => pair.First == pair.Second).Count();
            if (same < first.Count)
            {
                complaints.Add($"shard {shard}: record {same} of {first.Count} differs when the log is read again ({second.Count} records)");
            }
        }

        if (!again.IsAtRest)
        {
            complaints.Add("the second run did not come to rest: " + again.Missing);
        }
    }

    private static List<string> Records(World world, int shard) =>
        [.. world.Cluster.Topic(Plan.Metrics).Partitions[shard].Committed()
            .Select(record => Convert.ToHexString(record.Key!) + " " + Convert.ToHexString(record.Value!))];

    private static void Count(World world, Checks checks)
    {
        foreach (SimTransaction transaction in world.Cluster.Decided)
        {
            world.Count(transaction.IsCommitted ? "commits" : "aborts");
        }

        world.Events["stops"] = world.Workers.Stops.Count;
        world.Events["repeated requests"] = world.Receiver.Repeats;
        world.Events["points of overflow series"] = checks.OverflowPoints;
        world.Events["entries that overflowed as they arrived"] = checks.OverflowedEntries;
        world.Events["keys with replaced values"] = checks.ReplacedKeys;
        world.Events["forced closes"] = checks.ForcedCloses;
        world.Events["lost blocks"] = checks.LostBlocks;
    }
}
