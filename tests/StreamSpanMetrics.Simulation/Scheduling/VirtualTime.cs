namespace StreamSpanMetrics.Simulation.Scheduling;

/// <summary>
/// The one clock of a simulated world, brokers included. It moves only by the scheduler. Reading the time of day is a point at which
/// others may go first; reading a timestamp is not.
/// </summary>
internal sealed class VirtualTime : TimeProvider
{
    private readonly Scheduler scheduler;

    /// <summary>A clock that starts at a time of day.</summary>
    public VirtualTime(Scheduler scheduler, long startTicks)
    {
        this.scheduler = scheduler;
        Ticks = startTicks;
    }

    /// <summary>Ticks since the year 1.</summary>
    public long Ticks { get; private set; }

    /// <summary>Milliseconds since 1970.</summary>
    public long NowMillis => (Ticks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMillisecond;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override long GetTimestamp() => Ticks;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow()
    {
        scheduler.MaybePoint("clock");
        return new DateTimeOffset(Ticks, TimeSpan.Zero);
    }

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        PatienceTimer timer = new(scheduler, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock.</summary>
    public void Advance(long ticks) => Ticks += ticks;
}
