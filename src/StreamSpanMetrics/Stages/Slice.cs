namespace StreamSpanMetrics.Stages;

/// <summary>A piece of a loop's time: how long it may work before it polls again. Polling thread only.</summary>
internal sealed class Slice
{
    // So small that looking at the clock after each is often enough, and costs nothing.
    private const int Portion = 256;

    private readonly TimeProvider time;
    private readonly TimeSpan duration;
    private readonly int maxWork;
    private long started;
    private int left;

    /// <summary>Slices that end after <paramref name="duration"/>, and at the latest after <paramref name="maxWork"/> series.</summary>
    public Slice(TimeProvider time, TimeSpan duration, int maxWork)
    {
        this.time = time;
        this.duration = duration;
        this.maxWork = maxWork;
    }

    /// <summary>Whether the loop has to poll.</summary>
    public bool IsOver => left <= 0 || time.GetElapsedTime(started) >= duration;

    /// <summary>How much may be done before <see cref="IsOver"/> is looked at again.</summary>
    public int NextPortion => Math.Min(Portion, left);

    /// <summary>Begins a slice.</summary>
    public void Begin()
    {
        started = time.GetTimestamp();
        left = maxWork;
    }

    /// <summary>Says how much was done: series, or as many as take about as long.</summary>
    public void Spend(int work) => left -= Math.Max(1, work);
}
