namespace StreamSpanMetrics.Simulation;

/// <summary>Runs a range of seeds on all cores; each is a world of its own.</summary>
public sealed class SimulationPool(int seeds, int from)
{
    private readonly Lock gate = new();
    private int taken;
    private bool hasFailed;

    /// <summary>Whether to note what happens; for a single seed.</summary>
    public bool HasTrace { get; init; }

    /// <summary>Whether seeds that have not begun are left out when one has failed.</summary>
    public bool StopsAtFailure { get; init; } = true;

    /// <summary>What happened, if it was noted.</summary>
    public List<string> Trace { get; } = [];

    /// <summary>What to say of a seed that failed, and how to repeat it.</summary>
    public static string Describe(SimulationOutcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        return $"seed {outcome.Seed} failed:\n  {string.Join("\n  ", outcome.Complaints)}\n"
            + $"repeat: dotnet run --project tests/StreamSpanMetrics.Benchmarks -- simulate --seeds 1 --from {outcome.Seed} --trace";
    }

    /// <summary>Runs them. <paramref name="done"/> is called for one after the other, in no order.</summary>
    public void Run(Action<SimulationOutcome> done)
    {
        Thread[] threads = [.. Enumerable.Range(0, Math.Min(seeds, Environment.ProcessorCount)).Select(_ => new Thread(() => Work(done)))];
        foreach (Thread thread in threads)
        {
            thread.Start();
        }

        foreach (Thread thread in threads)
        {
            thread.Join();
        }
    }

    private void Work(Action<SimulationOutcome> done)
    {
        while (Take() is int seed)
        {
            SimulationOutcome outcome = SimulationRun.Run(seed, HasTrace ? Trace : null);
            lock (gate)
            {
                hasFailed |= outcome.Complaints.Count > 0;
                done(outcome);
            }
        }
    }

    private int? Take()
    {
        lock (gate)
        {
            return taken < seeds && !(hasFailed && StopsAtFailure) ? from + taken++ : null;
        }
    }
}
