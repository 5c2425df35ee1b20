using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using StreamSpanMetrics.Stages;
using StreamSpanMetrics.Telemetry;

namespace StreamSpanMetrics.Hosting;

/// <summary>Runs stages, each on a thread of its own, until told to stop or until one of them cannot go on.</summary>
internal sealed class StageRunner
{
    private readonly ILogger logger;
    private readonly CancellationTokenSource stop;
    private readonly List<Task> threads = [];
    private int failures;

    /// <summary>A runner that stops with <paramref name="outside"/>.</summary>
    public StageRunner(ILogger logger, CancellationToken outside)
    {
        this.logger = logger;
        stop = CancellationTokenSource.CreateLinkedTokenSource(outside);
    }

    /// <summary>Set when everything has to stop.</summary>
    public CancellationToken Stopping => stop.Token;

    /// <summary>Starts a stage.</summary>
    public void Start(IStage stage) =>
        threads.Add(Task.Factory.StartNew(() => Guard(stage), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));

    /// <summary>Stops all stages.</summary>
    public void Stop() => stop.Cancel();

    /// <summary>Waits until all stages have ended; true if none of them failed.</summary>
    public async Task<bool> WaitAsync()
    {
        await Task.WhenAll(threads).ConfigureAwait(false);
        stop.Dispose();
        return failures == 0;
    }

    private void Guard(IStage stage)
    {
        try
        {
            stage.Run(stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to stop while it waited for a broker: nothing was pending.
            return;
        }
        catch (StageStoppedException exception)
        {
            Fail(stage, exception.Message);
        }
        catch (KafkaException exception) when (exception.InnerException is StageStoppedException inner)
        {
            Fail(stage, inner.Message);
        }
        catch (KafkaException exception)
        {
            Fail(stage, $"Kafka: {exception.Error.Reason} ({exception.Error.Code})");
        }
        catch (Exception exception)
        {
            // A fault of the program. Whatever it is, it must not end one thread in silence and leave the others running.
            Fail(stage, exception.ToString());
        }
    }

    // One stage less would look alive and count nothing: the process ends, and whoever runs it starts it again.
    private void Fail(IStage stage, string message)
    {
        Interlocked.Increment(ref failures);
        logger.StageFailed(stage.Name, message);
        stop.Cancel();
    }
}
