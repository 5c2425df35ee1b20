using StreamSpanMetrics.Stages;

namespace StreamSpanMetrics.Tests.Stages.Support;

/// <summary>
/// Runs a loop on a thread of its own that moves only in turns: from one poll to the next. Between turns the test may move partitions,
/// which happens on the loop's thread at the begin of its next turn.
/// </summary>
internal sealed class Baton : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly SemaphoreSlim go = new(0);
    private readonly SemaphoreSlim done = new(0);
    private readonly CancellationTokenSource stop = new();
    private readonly Thread thread;
    private Exception? failure;
    private Action? inPoll;

    public Baton(IStage stage, MemoryConsumer consumer)
    {
        Consumer = consumer;
        consumer.BeforePoll = () =>
        {
            done.Release();
            go.Wait();
            Action? action = inPoll;
            inPoll = null;
            action?.Invoke();
        };
        // The end of a turn without a record is no end of the script.
        consumer.Until(() => false);
        thread = new Thread(() => Run(stage)) { IsBackground = true, Name = stage.Name };
        thread.Start();
        Wait();
    }

    public MemoryConsumer Consumer { get; }

    /// <summary>Lets the loop go from one poll to the next; <paramref name="action"/> happens inside the first one.</summary>
    public void Turn(Action? action = null)
    {
        inPoll = action;
        go.Release();
        Wait();
    }

    /// <summary>Stops the loop, which hands over what it owns.</summary>
    public void Stop()
    {
        stop.Cancel();
        go.Release();
        Assert.True(thread.Join(Patience), "The loop did not end.");
        Assert.Null(failure);
    }

    public void Dispose()
    {
        go.Dispose();
        done.Dispose();
        stop.Dispose();
    }

    private void Wait()
    {
        Assert.True(done.Wait(Patience), "The loop did not come back to its poll.");
        Assert.True(failure is null, failure?.ToString());
    }

    private void Run(IStage stage)
    {
        try
        {
            stage.Run(stop.Token);
        }
        catch (Exception exception)
        {
            failure = exception;
            done.Release();
        }
    }
}
