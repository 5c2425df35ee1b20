namespace StreamSpanMetrics.Simulation.Scheduling;

/// <summary>
/// The timer behind a cancellation with patience. A loop sets it right before it waits for an answer with its thread; there the others
/// have to go on, so setting it sleeps until the answer is there or the patience is over, and calls back in the latter case.
/// </summary>
internal sealed class PatienceTimer(Scheduler scheduler, TimerCallback callback, object? state) : ITimer
{
    /// <inheritdoc/>
    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime == Timeout.InfiniteTimeSpan)
        {
            return true;
        }

        if (dueTime > TimeSpan.Zero && scheduler.SleepForAnswers(dueTime))
        {
            return true;
        }

        callback(state);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
