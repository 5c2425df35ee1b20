using StreamSpanMetrics.Core.Tests.Totals;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Simulation;

/// <summary>
/// A limit on series under random logs: whatever the cuts, crashes and restores, and whoever brings another limit, the records are those of
/// the slow twin.
/// </summary>
public sealed class LimitSimulationTests(ITestOutputHelper output)
{
    private const string Overflow = "6F74656C2E6D65747269632E6F766572666C6F77";

    private static readonly ShardRules Rules = BlockBuilder.Rules with { ExpiryMillis = 60_000 };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_cut_gives_the_records_of_the_slow_twin(int limit)
    {
        ShardRules rules = Rules with { SeriesLimit = limit };
        int overflows = 0;
        int capped = 0;
        for (int seed = 1; seed <= 12; seed++)
        {
            RandomLog log = new(seed, 1 + (seed % 4), 40, withBursts: seed % 2 == 0);
            SlowTwin twin = new(rules.ExpirySteps, limitOf: _ => limit);
            List<EmittedRecord> expected = twin.Run(log.Partitions, rules.IntervalMillis);
            overflows += Overflows(expected);
            capped += twin.CappedCount;
            for (int cut = 0; cut < 2; cut++)
            {
                ShardDriver driver = new(rules, null, new long[log.Partitions.Length]);
                foreach (DeltaBatch batch in log.Batches((seed * 100) + cut))
                {
                    foreach (DeltaBlock block in batch.Blocks)
                    {
                        Assert.Equal(ApplyOutcome.Applied, driver.Apply(block).Outcome);
                    }
                }

                TotalsSimulationTests.AssertSame(expected, driver.Records, seed, cut);
            }
        }

        output.WriteLine($"{overflows} records with overflow, {capped} observations overflowed as they arrived");
        Assert.True(overflows > 20 && capped > 20, $"{overflows} overflow points, {capped} observations overflowed as they arrived");
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(0, 0, 1, 2, 3)]
    [InlineData(0, 1, 4)]
    [InlineData(3, 2)]
    [InlineData(2, 0, 1, 3)]
    public void A_shard_that_crashes_and_comes_back_with_any_limit_judges_every_step_once(int resourceExpirySteps, params int[] limits)
    {
        ShardRules rules = Rules with { SeriesLimit = limits[0], ResourceExpiryMillis = resourceExpirySteps * Rules.IntervalMillis };
        int restores = 0;
        int overflows = 0;
        int parts = 0;
        int capped = 0;
        for (int seed = 1; seed <= 40; seed++)
        {
            RandomLog log = new(seed, 1 + (seed % 3), 30, withBursts: seed % 2 == 0);
            CrashingShard shard = new(rules, log.Partitions.Length, log.Batches(seed), new Random(seed), [])
            {
                Limits = limits, MaxPartBytes = seed % 2 == 0 ? 600 : null,
            };
            shard.Run();
            SlowTwin twin = new(
                rules.ExpirySteps, resourceExpirySteps: rules.ResourceExpirySteps, limitOf: step => shard.LimitOf.GetValueOrDefault(step));
            List<EmittedRecord> expected = twin.Run(log.Partitions, rules.IntervalMillis);
            TotalsSimulationTests.AssertSame(expected, shard.Committed, seed, 0);
            restores += shard.Restores;
            overflows += Overflows(expected);
            parts = Math.Max(parts, shard.MostParts);
            capped += twin.CappedCount;
        }

        string seen = $"{restores} restores, {overflows} records with overflow, {capped} observations overflowed as they arrived, "
            + $"{parts} records of one chunk at most";
        output.WriteLine(seen);
        Assert.True(restores > 100 && overflows > 100 && capped > 50 && parts > 2, seen);
    }

    private static int Overflows(List<EmittedRecord> records) =>
        records.Count(record => record.Value.Contains(Overflow, StringComparison.Ordinal));
}
