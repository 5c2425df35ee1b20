namespace StreamSpanMetrics.Demo;

/// <summary>
/// Now and then one service of the shop is ill for some seconds: a third of its requests fail and all are slow. The first burst begins
/// about 20 seconds after the traffic, the next ones 25 to 50 seconds after the end of the last.
/// </summary>
public sealed class ErrorBursts
{
    /// <summary>Share of requests that fail in the struck service.</summary>
    public const double ErrorRate = 0.35;

    /// <summary>Factor on its own times.</summary>
    public const double Slowdown = 6;

    private readonly Random random;
    private readonly IReadOnlyList<ShopService> candidates;
    private DateTimeOffset? nextStart;
    private DateTimeOffset end;

    /// <summary>Plans bursts among <paramref name="candidates"/>; <paramref name="random"/> is used by nothing else.</summary>
    public ErrorBursts(Random random, IReadOnlyList<ShopService> candidates)
    {
        this.random = random;
        this.candidates = candidates;
    }

    /// <summary>The service struck now, or null.</summary>
    public ShopService? Struck { get; private set; }

    /// <summary>Moves to <paramref name="now"/>, which never goes back.</summary>
    public void MoveTo(DateTimeOffset now)
    {
        nextStart ??= now + Seconds(15, 25);
        if (Struck is not null && now >= end)
        {
            Struck = null;
            nextStart = now + Seconds(25, 50);
        }
        else if (Struck is null && now >= nextStart)
        {
            Struck = candidates[random.Next(candidates.Count)];
            end = now + Seconds(7, 14);
        }
    }

    private TimeSpan Seconds(int least, int most) => TimeSpan.FromMilliseconds(random.Next(least * 1000, most * 1000));
}
