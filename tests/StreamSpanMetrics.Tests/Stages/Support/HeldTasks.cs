namespace StreamSpanMetrics.Tests.Stages.Support;

/// <summary>
/// Starts the work of a loop when the test says so: at once, or, while held, one by one or when the loop waits for it. Always on the thread
/// that says so, so that a test is repeatable.
/// </summary>
internal sealed class HeldTasks : TaskScheduler
{
    private readonly LinkedList<Task> waiting = [];

    /// <summary>Whether work waits until <see cref="RunOne"/>, or until the loop waits for it.</summary>
    public bool AreHeld { get; set; }

    /// <summary>Work that has not begun.</summary>
    public int Waiting => waiting.Count;

    /// <summary>The launcher for a loop.</summary>
    public Task Launch(Action work)
    {
        Task task = new(work);
        if (AreHeld)
        {
            task.Start(this);
        }
        else
        {
            task.RunSynchronously(this);
        }

        return task;
    }

    /// <summary>Does the work that has waited longest; false if there is none.</summary>
    public bool RunOne()
    {
        if (waiting.First is null)
        {
            return false;
        }

        Task first = waiting.First.Value;
        waiting.RemoveFirst();
        return TryExecuteTask(first);
    }

    protected override IEnumerable<Task> GetScheduledTasks() => waiting;

    protected override void QueueTask(Task task) => waiting.AddLast(task);

    protected override bool TryDequeue(Task task) => waiting.Remove(task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) =>
        (!taskWasPreviouslyQueued || TryDequeue(task)) && TryExecuteTask(task);
}
