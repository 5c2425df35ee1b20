using System.CommandLine;
using System.Diagnostics;
using StreamSpanMetrics.Simulation;

namespace StreamSpanMetrics.Benchmarks.Simulations;

/// <summary>The command <c>simulate</c>: many seeds, or one of them with all that happens in it.</summary>
internal static class SimulationCommands
{
    /// <summary><c>simulate</c>.</summary>
    public static Command Simulate()
    {
        Option<int> seeds = new("--seeds") { Description = "How many seeds.", DefaultValueFactory = _ => 1000 };
        Option<int> from = new("--from") { Description = "The first seed.", DefaultValueFactory = _ => 1 };
        Option<bool> trace = new("--trace") { Description = "Prints what happens; with --seeds 1." };
        Option<bool> all = new("--keep-going") { Description = "Goes on behind a seed that fails." };
        Command command = new("simulate", "Runs the three stages over a log in memory under seeded schedules full of faults.")
        {
            seeds, from, trace, all,
        };
        command.SetAction(parsed => Run(parsed.GetValue(seeds), parsed.GetValue(from), parsed.GetValue(trace), parsed.GetValue(all)));
        return command;
    }

    private static int Run(int seeds, int from, bool trace, bool keepGoing)
    {
        long started = Stopwatch.GetTimestamp();
        SimulationTally tally = new();
        List<SimulationOutcome> failed = [];
        SimulationPool pool = new(seeds, from) { HasTrace = trace && seeds == 1, StopsAtFailure = !keepGoing };
        pool.Run(outcome =>
        {
            tally.Add(outcome);
            if (outcome.Complaints.Count > 0)
            {
                failed.Add(outcome);
                Console.WriteLine(SimulationPool.Describe(outcome));
            }

            if (tally.Seeds % 100 == 0)
            {
                Console.WriteLine($"{tally.Seeds} seeds, {failed.Count} failed, {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s");
            }
        });
        if (trace)
        {
            pool.Trace.ForEach(Console.WriteLine);
        }

        Console.WriteLine(tally);
        Console.WriteLine(
            $"{tally.Seeds} seeds from {from} in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s, {failed.Count} failed"
            + (failed.Count > 0 ? $", the first is {failed.Min(outcome => outcome.Seed)}" : ""));
        return failed.Count > 0 ? 1 : 0;
    }
}
