using OpenTelemetry.Proto.Metrics.V1;
using StreamSpanMetrics.Core.Tests.Totals;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Simulation;

/// <summary>Random logs whose observations have exemplars: whatever the cuts, interleavings, crashes and limits, the records are sound.</summary>
public sealed class ExemplarSimulationTests
{
    private const int Most = 2;

    private static readonly ShardRules Rules = BlockBuilder.Rules with { ExpiryMillis = 90_000, MaxExemplars = Most };

    [Theory]
    [InlineData(-1, -1)]
    [InlineData(0, 2)]
    [InlineData(0, 0)]
    public void Every_cut_gives_the_exemplars_of_the_slow_twin(int activeSteps, int heartbeatSteps)
    {
        (ShardRules rules, TwinEmission emission) = With(activeSteps, heartbeatSteps);
        int exemplars = 0;
        for (int seed = 1; seed <= 20; seed++)
        {
            RandomLog log = new(seed, 1 + (seed % 4), 40, withExemplars: true);
            List<EmittedRecord> expected =
                new SlowTwin(rules.ExpirySteps, emission, maxExemplars: Most).Run(log.Partitions, rules.IntervalMillis);
            exemplars += expected.Sum(record => Exemplars(record).Sum(ofPoint => ofPoint.Count));
            for (int cut = 0; cut < 3; cut++)
            {
                ShardDriver driver = new(rules, null, new long[log.Partitions.Length]);
                foreach (DeltaBlock block in log.Batches((seed * 100) + cut).SelectMany(batch => batch.Blocks))
                {
                    Assert.Equal(ApplyOutcome.Applied, driver.Apply(block).Outcome);
                }

                Assert.Equal(expected, driver.Records);
            }
        }

        Assert.True(exemplars > 1000, $"{exemplars} exemplars");
    }

    [Theory]
    [InlineData(-1, -1)]
    [InlineData(0, 2)]
    [InlineData(0, 0)]
    public void A_shard_that_crashes_and_is_restored_anywhere_writes_the_same_exemplars(int activeSteps, int heartbeatSteps)
    {
        (ShardRules rules, TwinEmission emission) = With(activeSteps, heartbeatSteps);
        int midEmission = 0;
        for (int seed = 1; seed <= (heartbeatSteps == 0 ? 60 : 20); seed++)
        {
            RandomLog log = new(seed, 1 + (seed % 3), 30, withExemplars: true);
            List<EmittedRecord> expected =
                new SlowTwin(rules.ExpirySteps, emission, maxExemplars: Most).Run(log.Partitions, rules.IntervalMillis);
            CrashingShard shard = new(rules, log.Partitions.Length, log.Batches(seed), new Random(seed), []);
            shard.Run();
            Assert.Equal(expected, shard.Committed);
            midEmission += shard.RestoresInEmission;
        }

        Assert.True(midEmission > 20, $"{midEmission} restores in the middle of an emission");
    }

    [Fact]
    public void An_overflow_series_has_none()
    {
        ShardRules rules = Rules with { SeriesLimit = 2, LabelLimit = 3 };
        int overflows = 0;
        for (int seed = 1; seed <= 10; seed++)
        {
            RandomLog log = new(seed, 2, 40, withExemplars: true, withBursts: true);
            SlowTwin twin = new(rules.ExpirySteps, limitsOf: _ => rules.Limits, maxExemplars: Most);
            List<EmittedRecord> expected = twin.Run(log.Partitions, rules.IntervalMillis);
            ShardDriver driver = new(rules, null, new long[log.Partitions.Length]);
            foreach (DeltaBlock block in log.Batches(seed).SelectMany(batch => batch.Blocks))
            {
                Assert.Equal(ApplyOutcome.Applied, driver.Apply(block).Outcome);
            }

            Assert.Equal(expected, driver.Records);
            overflows += expected.Count(record => record.Request.ToString().Contains("otel.metric.overflow", StringComparison.Ordinal));
        }

        Assert.True(overflows > 50, $"{overflows} records with an overflow series");
    }

    [Fact]
    public void Where_the_limit_changes_with_restores_a_step_keeps_the_one_that_it_began_with()
    {
        int mixed = 0;
        for (int seed = 1; seed <= 30; seed++)
        {
            RandomLog log = new(seed, 1 + (seed % 3), 30, withExemplars: true);
            Dictionary<int, List<EmittedRecord>> byLimit = Enumerable.Range(0, Most + 1).ToDictionary(
                limit => limit, limit => new SlowTwin(Rules.ExpirySteps, maxExemplars: limit).Run(log.Partitions, Rules.IntervalMillis));
            CrashingShard shard = new(Rules, log.Partitions.Length, log.Batches(seed), new Random(seed), [])
            {
                LimitAfterRestore = restores => restores % (Most + 1),
            };
            shard.Run();
            Assert.Equal(byLimit[0].Count, shard.Committed.Count);
            HashSet<int> used = [];
            foreach (IGrouping<long, int> step in Enumerable.Range(0, shard.Committed.Count).GroupBy(at => shard.Committed[at].Step))
            {
                int[] limits = [.. byLimit.Keys.Where(limit => step.All(at => byLimit[limit][at] == shard.Committed[at]))];
                Assert.True(limits.Length > 0, $"seed {seed}, step {step.Key}: no limit explains all of its {step.Count()} records");
                used.UnionWith(limits.Length == 1 ? limits : []);
            }

            mixed += used.Count > 1 ? 1 : 0;
        }

        Assert.True(mixed > 5, $"{mixed} runs with several limits");
    }

    [Fact]
    public void A_shard_whose_rules_want_none_writes_none_and_takes_the_blocks_all_the_same()
    {
        RandomLog log = new(1, 2, 40, withExemplars: true);
        ShardDriver driver = new(Rules with { MaxExemplars = 0 }, null, new long[2]);
        foreach (DeltaBlock block in log.Batches(1).SelectMany(batch => batch.Blocks))
        {
            Assert.Equal(ApplyOutcome.Applied, driver.Apply(block).Outcome);
        }

        Assert.Equal(new SlowTwin(Rules.ExpirySteps).Run(log.Partitions, Rules.IntervalMillis), driver.Records);
    }

    private static (ShardRules Rules, TwinEmission Emission) With(int activeSteps, int heartbeatSteps)
    {
        (ShardRules rules, TwinEmission emission) = TotalsSimulationTests.With(activeSteps, heartbeatSteps, resourceExpirySteps: 0);
        return (rules with { MaxExemplars = Most }, emission);
    }

    private static IEnumerable<IReadOnlyList<Exemplar>> Exemplars(EmittedRecord record) =>
        from resource in record.Request.ResourceMetrics
        from scope in resource.ScopeMetrics
        from metric in scope.Metrics
        from exemplars in (metric.Sum?.DataPoints.Select(point => point.Exemplars) ?? [])
            .Concat(metric.Histogram?.DataPoints.Select(point => point.Exemplars) ?? [])
        select exemplars;
}
