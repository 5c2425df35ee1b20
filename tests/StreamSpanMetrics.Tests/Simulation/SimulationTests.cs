using System.Globalization;
using StreamSpanMetrics.Simulation;

namespace StreamSpanMetrics.Tests.Simulation;

/// <summary>The three stages over a cluster in memory, a thousand seeds (SPANMETRICS_SEEDS changes the number).</summary>
public sealed class SimulationTests(ITestOutputHelper output)
{
    private const int Seeds = 1000;

    [Fact]
    public void Points_are_those_of_a_direct_computation_whatever_goes_wrong()
    {
        int seeds = int.TryParse(Environment.GetEnvironmentVariable("SPANMETRICS_SEEDS"), CultureInfo.InvariantCulture, out int number)
            ? number
            : Seeds;
        SimulationTally tally = new();
        List<SimulationOutcome> failed = [];
        new SimulationPool(seeds, from: 1).Run(outcome =>
        {
            tally.Add(outcome);
            if (outcome.Complaints.Count > 0)
            {
                failed.Add(outcome);
            }
        });
        output.WriteLine(tally.ToString());
        Assert.True(failed.Count == 0, string.Join('\n', failed.Select(SimulationPool.Describe)));
        Assert.Equal(seeds, tally.Seeds);
        if (seeds >= Seeds)
        {
            // What a run is about did happen in it.
            string[] expected =
            [
                "kills", "stalls", "expels", "replaces", "stops", "moves partitions", "grows", "truncates", "deletes the topic", "aborts", "commits",
                "forced closes", "lost blocks", "repeated requests", "points of overflow series", "entries that overflowed as they arrived",
                "keys with replaced values",
            ];
            Assert.DoesNotContain(expected, what => tally[what] < 10);
            Assert.True(tally.Folded > 0);
        }
    }

    [Fact]
    public void A_seed_repeats_itself()
    {
        SimulationOutcome first = SimulationRun.Run(7);
        SimulationOutcome second = SimulationRun.Run(7);
        Assert.Equal((first.TraceHash, first.Steps, first.Points), (second.TraceHash, second.Steps, second.Points));
        Assert.NotEqual(first.TraceHash, SimulationRun.Run(8).TraceHash);
    }
}
