namespace StreamSpanMetrics.Simulation.Scheduling;

/// <summary>A thread that moves only while it holds the baton. All members are for the holder of the baton.</summary>
internal sealed class Actor : IDisposable
{
    private readonly SemaphoreSlim go = new(0);

    /// <summary>An actor that belongs to a worker.</summary>
    /// <param name="name">Name in traces.</param>
    /// <param name="worker">Number of the worker incarnation; all actors of a worker stall and die together.</param>
    public Actor(string name, int worker)
    {
        Name = name;
        Worker = worker;
    }

    /// <summary>Name in traces.</summary>
    public string Name { get; }

    /// <summary>Number of the worker incarnation it belongs to.</summary>
    public int Worker { get; }

    /// <summary>Virtual time in ticks before which it sleeps, unless <see cref="WakeWhen"/> holds.</summary>
    public long WakeTicks { get; set; }

    /// <summary>What wakes it early; null if only time does.</summary>
    public Func<bool>? WakeWhen { get; set; }

    /// <summary>Virtual time in ticks before which it does not run at all.</summary>
    public long StalledUntilTicks { get; set; }

    /// <summary>Whether it must end: its next call of a client throws.</summary>
    public bool IsKilled { get; private set; }

    /// <summary>Called when it is killed: somebody may wait for its end with a thread.</summary>
    public Action? OnKill { get; set; }

    /// <summary>Whether its thread has ended.</summary>
    public bool HasEnded { get; set; }

    /// <summary>How often it is chosen compared with others.</summary>
    public int Weight { get; set; } = 4;

    /// <summary>Makes it end, whatever it does.</summary>
    public void Kill()
    {
        IsKilled = true;
        OnKill?.Invoke();
    }

    /// <summary>Whether it can run at a virtual time.</summary>
    public bool IsReady(long nowTicks)
    {
        if (HasEnded)
        {
            return false;
        }

        return IsKilled || (StalledUntilTicks <= nowTicks && (WakeTicks <= nowTicks || (WakeWhen?.Invoke() ?? false)));
    }

    /// <summary>Gives it the baton.</summary>
    public void Resume() => go.Release();

    /// <summary>Waits for the baton.</summary>
    public void Await() => go.Wait();

    /// <inheritdoc/>
    public void Dispose() => go.Dispose();
}
