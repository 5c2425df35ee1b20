namespace StreamSpanMetrics.Tests.RemoteWrite;

/// <summary>
/// A clock that stands until something waits: a pause is over at once and moves the clock by its length. Timers of the length
/// <paramref name="standing"/> (the time-out of an attempt) wait until <see cref="Pass"/>.
/// </summary>
internal sealed class StepClock(TimeSpan standing) : TimeProvider
{
    public static readonly DateTimeOffset Start = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    private readonly List<StepTimer> waiting = [];
    private DateTimeOffset now = Start;

    /// <summary>The pauses that were waited for, in order.</summary>
    public List<TimeSpan> Pauses { get; } = [];

    public override DateTimeOffset GetUtcNow() => now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        StepTimer timer = new(callback, state);
        if (dueTime == standing)
        {
            waiting.Add(timer);
        }
        else if (dueTime >= TimeSpan.Zero)
        {
            Pauses.Add(dueTime);
            now += dueTime;
            timer.Fire();
        }

        return timer;
    }

    /// <summary>Lets the time of the standing timers pass: those not disposed fire.</summary>
    public void Pass()
    {
        now += standing;
        StepTimer[] due = [.. waiting];
        waiting.Clear();
        foreach (StepTimer timer in due)
        {
            timer.Fire();
        }
    }
}
