namespace StreamSpanMetrics.Tests.RemoteWrite;

/// <summary>A timer of <see cref="StepClock"/>: fires at most once, and not after its end.</summary>
internal sealed class StepTimer(TimerCallback callback, object? state) : ITimer
{
    private bool isDone;

    public void Fire()
    {
        if (!isDone)
        {
            isDone = true;
            callback(state);
        }
    }

    public bool Change(TimeSpan dueTime, TimeSpan period) => false;

    public void Dispose() => isDone = true;

    public ValueTask DisposeAsync()
    {
        isDone = true;
        return ValueTask.CompletedTask;
    }
}
