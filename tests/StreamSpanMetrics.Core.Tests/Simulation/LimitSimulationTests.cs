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

    /// <summary>Limits of workers, as texts of two digits: series, then values of a label.</summary>
    [Theory]
    [InlineData(-1, -1, "10")]
    [InlineData(-1, -1, "20")]
    [InlineData(-1, -1, "30")]
    [InlineData(-1, -1, "01")]
    [InlineData(-1, -1, "03")]
    [InlineData(-1, -1, "42")]
    [InlineData(0, 2, "20")]
    [InlineData(1, 3, "33")]
    [InlineData(0, 0, "20")]
    [InlineData(0, 0, "42")]
    public void Every_cut_gives_the_records_of_the_slow_twin(int activeSteps, int heartbeatSteps, string limits)
    {
        (ShardRules rules, TwinEmission emission) = With(activeSteps, heartbeatSteps, resourceExpirySteps: 0, LimitsOf(limits));
        Sightings seen = new();
        for (int seed = 1; seed <= 12; seed++)
        {
            RandomLog log = new(seed, 1 + (seed % 4), 40, withBursts: seed % 2 == 0);
            SlowTwin twin = new(rules.ExpirySteps, emission, limitsOf: _ => rules.Limits);
            List<EmittedRecord> expected = twin.Run(log.Partitions, rules.IntervalMillis);
            seen.Add(twin, expected);
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

        output.WriteLine(seen.ToString());
        Assert.True(rules.SeriesLimit == 0 || (seen.Overflows > 20 && seen.Capped > 0), seen.ToString());
        Assert.True(rules.LabelLimit == 0 || seen.Replaced > 100, seen.ToString());
    }

    [Theory]
    [InlineData(-1, -1, 0, "20")]
    [InlineData(-1, -1, 0, "00", "10", "20", "30")]
    [InlineData(-1, -1, 0, "10", "40")]
    [InlineData(-1, -1, 3, "20")]
    [InlineData(-1, -1, 2, "00", "10", "30")]
    [InlineData(-1, -1, 0, "02")]
    [InlineData(-1, -1, 0, "00", "01", "32", "20")]
    [InlineData(-1, -1, 2, "23", "02", "33")]
    [InlineData(0, 2, 0, "20")]
    [InlineData(1, 3, 0, "00", "22", "30")]
    [InlineData(0, 0, 0, "20", "00")]
    [InlineData(0, 0, 2, "32", "01")]
    public void A_shard_that_crashes_and_comes_back_with_any_limit_judges_every_step_once(
        int activeSteps, int heartbeatSteps, int resourceExpirySteps, params string[] limits)
    {
        (ShardRules rules, TwinEmission emission) = With(activeSteps, heartbeatSteps, resourceExpirySteps, LimitsOf(limits[0]));
        Sightings seen = new();
        for (int seed = 1; seed <= 40; seed++)
        {
            RandomLog log = new(seed, 1 + (seed % 3), 30, withBursts: seed % 2 == 0);
            CrashingShard shard = new(rules, log.Partitions.Length, log.Batches(seed), new Random(seed), [])
            {
                Limits = [.. limits.Select(LimitsOf)], MaxPartBytes = seed % 2 == 0 ? 600 : null,
            };
            shard.Run();
            SlowTwin twin = new(
                rules.ExpirySteps, emission, rules.ResourceExpirySteps, step => shard.LimitsOf.GetValueOrDefault(step, shard.LastLimits));
            List<EmittedRecord> expected = twin.Run(log.Partitions, rules.IntervalMillis);
            TotalsSimulationTests.AssertSame(expected, shard.Committed, seed, 0);
            seen.Add(twin, expected);
            seen.Restores += shard.Restores;
            seen.Parts = Math.Max(seen.Parts, shard.MostParts);
        }

        output.WriteLine(seen.ToString());
        bool hasSeries = limits.Any(one => LimitsOf(one).Series > 0);
        bool hasLabels = limits.Any(one => LimitsOf(one).LabelValues > 0);
        Assert.True(seen.Restores > 60 && seen.Parts > 2, seen.ToString());
        Assert.True(!hasSeries || (seen.Overflows > 100 && seen.Capped > 10), seen.ToString());
        Assert.True(!hasLabels || seen.Replaced > 100, seen.ToString());
    }

    private static StepLimits LimitsOf(string digits) => new(digits[0] - '0', digits[1] - '0');

    private static (ShardRules Rules, TwinEmission Emission) With(int activeSteps, int heartbeatSteps, int resourceExpirySteps, StepLimits limits)
    {
        (ShardRules rules, TwinEmission emission) = TotalsSimulationTests.With(activeSteps, heartbeatSteps, 0);
        rules = rules with
        {
            ExpiryMillis = Rules.ExpiryMillis,
            ResourceExpiryMillis = resourceExpirySteps * Rules.IntervalMillis,
            SeriesLimit = limits.Series,
            LabelLimit = limits.LabelValues,
        };
        return (rules, emission);
    }

    private sealed class Sightings
    {
        public int Overflows { get; private set; }

        public int Capped { get; private set; }

        public int Replaced { get; private set; }

        public int Restores { get; set; }

        public int Parts { get; set; }

        public void Add(SlowTwin twin, List<EmittedRecord> records)
        {
            Overflows += records.Count(record => record.Value.Contains(Overflow, StringComparison.Ordinal));
            Capped += twin.CappedCount;
            Replaced += twin.ReplacedCount;
        }

        public override string ToString() =>
            $"{Overflows} records with overflow, {Capped} observations overflowed as they arrived, {Replaced} keys had values replaced, "
            + $"{Restores} restores, {Parts} records of one chunk at most";
    }
}
