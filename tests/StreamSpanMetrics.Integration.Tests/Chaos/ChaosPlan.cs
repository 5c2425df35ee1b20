using System.Globalization;

namespace StreamSpanMetrics.Integration.Tests.Chaos;

/// <summary>What is to happen, from a seed: every event once in random order, then random ones for as long as there is time.</summary>
public sealed class ChaosPlan
{
    private const int DefaultSeconds = 45;
    private const int DefaultSeed = 1;

    private readonly Random random;
    private readonly Queue<ChaosEvent> first;

    private ChaosPlan(int seed, TimeSpan duration)
    {
        Seed = seed;
        Duration = duration;
        random = new Random(seed);
        ChaosEvent[] all = Enum.GetValues<ChaosEvent>();
        random.Shuffle(all);
        first = new Queue<ChaosEvent>(all);
    }

    /// <summary>Start of the random numbers.</summary>
    public int Seed { get; }

    /// <summary>For how long things happen.</summary>
    public TimeSpan Duration { get; }

    /// <summary>The plan of the environment: CHAOS_SECONDS (45) and CHAOS_SEED (1).</summary>
    public static ChaosPlan FromEnvironment() =>
        new(Number("CHAOS_SEED", DefaultSeed), TimeSpan.FromSeconds(Number("CHAOS_SECONDS", DefaultSeconds)));

    /// <summary>What happens next.</summary>
    public ChaosEvent Next() => first.TryDequeue(out ChaosEvent next) ? next : (ChaosEvent)random.Next(Enum.GetValues<ChaosEvent>().Length);

    /// <summary>One of several.</summary>
    public int Pick(int count) => random.Next(count);

    /// <summary>A pause of up to so many milliseconds.</summary>
    public TimeSpan UpTo(int milliseconds) => TimeSpan.FromMilliseconds(random.Next(milliseconds));

    private static int Number(string variable, int fallback) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : fallback;
}
