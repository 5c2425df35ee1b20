using StreamSpanMetrics.Core.Tests.Totals;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Simulation;

/// <summary>Random logs: whatever the cuts, interleavings and crashes, the records are those of the slow twin.</summary>
public sealed class TotalsSimulationTests
{
    private static readonly ShardRules Rules = BlockBuilder.Rules with { ExpiryMillis = 90_000 };

    [Theory]
    [InlineData(-1, -1, 0)]
    [InlineData(0, 2, 0)]
    [InlineData(2, 3, 0)]
    [InlineData(1, 100, 0)]
    [InlineData(0, 0, 0)]
    [InlineData(-1, -1, 3)]
    [InlineData(0, 2, 3)]
    [InlineData(0, 0, 2)]
    public void Every_cut_gives_the_records_of_the_slow_twin(int activeSteps, int heartbeatSteps, int resourceExpirySteps)
    {
        (ShardRules rules, TwinEmission emission) = With(activeSteps, heartbeatSteps, resourceExpirySteps);
        for (int seed = 1; seed <= 30; seed++)
        {
            RandomLog log = new(seed, 1 + (seed % 4), 40);
            SlowTwin twin = new(rules.ExpirySteps, emission, rules.ResourceExpirySteps);
            List<EmittedRecord> expected = twin.Run(log.Partitions, rules.IntervalMillis);
            for (int cut = 0; cut < 3; cut++)
            {
                ShardDriver driver = new(rules, null, new long[log.Partitions.Length]);
                foreach (DeltaBatch batch in log.Batches((seed * 100) + cut))
                {
                    foreach (DeltaBlock block in batch.Blocks)
                    {
                        Assert.Equal(ApplyOutcome.Applied, driver.Apply(block).Outcome);
                    }
                }

                AssertSame(expected, driver.Records, seed, cut);
                Assert.Equal(0, driver.State.FoldedEntries);
            }
        }
    }

    [Theory]
    [InlineData(-1, -1, 0)]
    [InlineData(0, 2, 0)]
    [InlineData(2, 3, 0)]
    [InlineData(0, 0, 0)]
    [InlineData(-1, -1, 3)]
    [InlineData(0, 2, 3)]
    [InlineData(0, 0, 2)]
    public void A_shard_that_crashes_and_is_restored_anywhere_writes_the_same_records(int activeSteps, int heartbeatSteps, int resourceExpirySteps)
    {
        (ShardRules rules, TwinEmission emission) = With(activeSteps, heartbeatSteps, resourceExpirySteps);
        int restores = 0;
        int midEmission = 0;
        for (int seed = 1; seed <= (heartbeatSteps == 0 ? 60 : 30); seed++)
        {
            RandomLog log = new(seed, 1 + (seed % 3), 30);
            List<DeltaBatch> batches = log.Batches(seed);
            SlowTwin twin = new(rules.ExpirySteps, emission, rules.ResourceExpirySteps);
            List<EmittedRecord> expected = twin.Run(log.Partitions, rules.IntervalMillis);
            CrashingShard shard = new(rules, log.Partitions.Length, batches, new Random(seed), []);
            shard.Run();
            AssertSame(expected, shard.Committed, seed, 0);
            restores += shard.Restores;
            midEmission += shard.RestoresInEmission;
        }

        Assert.True(restores > 100 && midEmission > 30, $"{restores} restores, {midEmission} in the middle of an emission");
    }

    [Theory]
    [InlineData(-1, -1, 0)]
    [InlineData(0, 2, 0)]
    [InlineData(0, 0, 0)]
    [InlineData(-1, -1, 3)]
    [InlineData(0, 2, 3)]
    [InlineData(0, 0, 2)]
    public void Forced_closes_are_applied_again_at_their_offsets(int activeSteps, int heartbeatSteps, int resourceExpirySteps)
    {
        ShardRules rules = With(activeSteps, heartbeatSteps, resourceExpirySteps).Rules;
        long folded = 0;
        for (int seed = 1; seed <= 30; seed++)
        {
            RandomLog log = new(seed, 3, 30);
            List<DeltaBatch> batches = log.Batches(seed);
            Random random = new(seed);
            Dictionary<long, long> forced = [];
            for (int i = 0; i < 3; i++)
            {
                forced[random.Next(batches.Count)] = random.Next(3, 30);
            }

            CrashingShard calm = new(rules, log.Partitions.Length, batches, null, forced);
            calm.Run();
            CrashingShard crashing = new(rules, log.Partitions.Length, batches, new Random(seed), forced);
            crashing.Run();
            AssertSame(calm.Committed, crashing.Committed, seed, 0);
            folded += calm.Folded;
        }

        Assert.True(folded > 0);
    }

    // Below 0: every series is sent at every step. Without a heartbeat: deltas.
    internal static (ShardRules Rules, TwinEmission Emission) With(int activeSteps, int heartbeatSteps, int resourceExpirySteps)
    {
        ShardRules rules = Rules with { ResourceExpiryMillis = resourceExpirySteps * Rules.IntervalMillis };
        if (resourceExpirySteps > 2)
        {
            // Nothing else ends.
            rules = rules with { ExpiryMillis = 0 };
        }

        if (activeSteps < 0)
        {
            return (rules, new TwinEmission(null, null));
        }

        EmissionRules emission = new()
        {
            Mode = heartbeatSteps == 0 ? EmissionMode.Delta : EmissionMode.Changed,
            ActiveMillis = activeSteps * Rules.IntervalMillis,
            HeartbeatMillis = heartbeatSteps * Rules.IntervalMillis,
        };
        return (rules with { Emission = emission }, new TwinEmission(activeSteps, heartbeatSteps) { IsDelta = heartbeatSteps == 0 });
    }

    internal static void AssertSame(List<EmittedRecord> expected, List<EmittedRecord> actual, int seed, int cut)
    {
        for (int i = 0; i < Math.Min(expected.Count, actual.Count); i++)
        {
            if (expected[i] != actual[i])
            {
                Assert.Fail($"seed {seed}, cut {cut}, record {i}: steps {expected[i].Step} and {actual[i].Step}, keys " +
                    $"{expected[i].Key} and {actual[i].Key}\n{expected[i].Request}\n{actual[i].Request}");
            }
        }

        Assert.True(expected.Count == actual.Count, $"seed {seed}, cut {cut}: {expected.Count} and {actual.Count} records");
    }
}
