namespace StreamSpanMetrics.Simulation.Clients;

/// <summary>What goes wrong between clients and brokers, by the seed; nothing once the world is calm.</summary>
internal sealed class Faults
{
    private readonly Random random;

    /// <summary>Faults at a rate: 1 is usual, 0 none.</summary>
    public Faults(Random random, double rate)
    {
        this.random = random;
        Rate = rate;
    }

    /// <summary>How much more often than usual things go wrong.</summary>
    public double Rate { get; set; }

    /// <summary>Numbers for choices that are no faults.</summary>
    public Random Random => random;

    /// <summary>Whether a fault of a usual frequency, in thousandths, happens now.</summary>
    public bool Happens(double perThousand) => random.NextDouble() * 1000 < perThousand * Rate;

    /// <summary>A random time up to a number of milliseconds, in ticks.</summary>
    public long UpTo(int millis) => random.NextInt64(millis * TimeSpan.TicksPerMillisecond);
}
