using System.Runtime.ExceptionServices;

namespace StreamSpanMetrics.Simulation.Scheduling;

/// <summary>
/// Work beside a loop, as an actor of its own. The task that the loop sees is finished by the actor; when the loop waits for it with its
/// thread, the runtime offers to run it there, and that is the moment to hand the baton on.
/// </summary>
internal sealed class BesideTask : TaskScheduler
{
    private const long PatienceTicks = TimeSpan.TicksPerHour;

    private readonly Scheduler scheduler;
    private readonly Action work;
    private ExceptionDispatchInfo? failure;
    private bool hasEnded;

    private BesideTask(Scheduler scheduler, Action work)
    {
        this.scheduler = scheduler;
        this.work = work;
        Seen = new Task(() => failure?.Throw());
    }

    private Task Seen { get; }

    /// <summary>Starts work in an actor.</summary>
    public static Task Start(Scheduler scheduler, Actor actor, Action work)
    {
        BesideTask beside = new(scheduler, work);
        beside.Seen.Start(beside);
        actor.OnKill = () => beside.End(new SimulatedCrashException());
        scheduler.Start(actor, beside.Run);
        return beside.Seen;
    }

    /// <inheritdoc/>
    protected override void QueueTask(Task task)
    {
        // The actor executes it when the work is done.
    }

    /// <inheritdoc/>
    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued)
    {
        while (!hasEnded)
        {
            scheduler.Sleep("waits for its work", PatienceTicks, () => hasEnded);
        }

        return true;
    }

    /// <inheritdoc/>
    protected override IEnumerable<Task> GetScheduledTasks() => [];

    private void Run()
    {
        try
        {
            work();
            End(null);
        }
        catch (Exception exception)
        {
            End(exception);
        }
    }

    private void End(Exception? exception)
    {
        if (hasEnded)
        {
            return;
        }

        failure = exception is null ? null : ExceptionDispatchInfo.Capture(exception);
        hasEnded = true;
        TryExecuteTask(Seen);
    }
}
