using StreamSpanMetrics.Core.Tests.Totals;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Simulation;

/// <summary>Random logs: whatever the cuts, interleavings and crashes, the records are those of the slow twin.</summary>
public sealed class TotalsSimulationTests
{
    private static readonly ShardRules Rules = BlockBuilder.Rules with { ExpiryMillis = 90_000 };

    [Fact]
    public void Every_cut_gives_the_records_of_the_slow_twin()
    {
        for (int seed = 1; seed <= 30; seed++)
        {
            RandomLog log = new(seed, 1 + (seed % 4), 40);
            List<EmittedRecord> expected = new SlowTwin(Rules.ExpirySteps).Run(log.Partitions, Rules.IntervalMillis);
            for (int cut = 0; cut < 3; cut++)
            {
                ShardDriver driver = new(Rules, null, new long[log.Partitions.Length]);
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

    [Fact]
    public void A_shard_that_crashes_and_is_restored_anywhere_writes_the_same_records()
    {
        int restores = 0;
        int midEmission = 0;
        for (int seed = 1; seed <= 30; seed++)
        {
            RandomLog log = new(seed, 1 + (seed % 3), 30);
            List<DeltaBatch> batches = log.Batches(seed);
            List<EmittedRecord> expected = new SlowTwin(Rules.ExpirySteps).Run(log.Partitions, Rules.IntervalMillis);
            CrashingShard shard = new(Rules, log.Partitions.Length, batches, new Random(seed), []);
            shard.Run();
            AssertSame(expected, shard.Committed, seed, 0);
            restores += shard.Restores;
            midEmission += shard.RestoresInEmission;
        }

        Assert.True(restores > 100 && midEmission > 30, $"{restores} restores, {midEmission} in the middle of an emission");
    }

    [Fact]
    public void Forced_closes_are_applied_again_at_their_offsets()
    {
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

            CrashingShard calm = new(Rules, log.Partitions.Length, batches, null, forced);
            calm.Run();
            CrashingShard crashing = new(Rules, log.Partitions.Length, batches, new Random(seed), forced);
            crashing.Run();
            AssertSame(calm.Committed, crashing.Committed, seed, 0);
            folded += calm.Folded;
        }

        Assert.True(folded > 0);
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
