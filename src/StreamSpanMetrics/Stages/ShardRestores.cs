using StreamSpanMetrics.Telemetry;

namespace StreamSpanMetrics.Stages;

/// <summary>
/// Restores shards beside the polling thread, a few at a time so that memory stays bounded. All members are for the polling thread.
/// </summary>
internal sealed class ShardRestores
{
    private readonly ShardRestorer restorer;
    private readonly IStageConsumer consumer;
    private readonly StageTelemetry telemetry;
    private readonly TimeProvider time;
    private readonly TaskLauncher launch;
    private readonly int maxRunning;
    private readonly List<RestoreJob> waiting = [];
    private readonly List<RestoreJob> running = [];
    private CancellationToken stopping;

    public ShardRestores(
        ShardRestorer restorer, IStageConsumer consumer, StageTelemetry telemetry, TimeProvider time, TaskLauncher launch, int maxRunning)
    {
        this.restorer = restorer;
        this.consumer = consumer;
        this.telemetry = telemetry;
        this.time = time;
        this.launch = launch;
        this.maxRunning = maxRunning;
    }

    /// <summary>From now on restores end with this, too.</summary>
    public void StopWith(CancellationToken stop) => stopping = stop;

    /// <summary>Asks for a shard.</summary>
    public void Begin(int shard)
    {
        waiting.Add(new RestoreJob(shard, time.GetTimestamp(), stopping));
        StartWaiting();
    }

    /// <summary>
    /// Gives a shard up, if it was asked for. A restore that is running ends by itself, soon; until then it counts as one of the few.
    /// </summary>
    public void Cancel(int shard)
    {
        foreach (RestoreJob job in waiting.Concat(running).Where(job => job.Shard == shard))
        {
            job.Cancel();
        }

        foreach (RestoreJob job in waiting.Where(job => job.Token.IsCancellationRequested))
        {
            job.Dispose();
        }

        waiting.RemoveAll(job => job.Token.IsCancellationRequested);
        Tell();
    }

    /// <summary>A shard that is ready; null if there is none. Throws what made a restore impossible.</summary>
    public MergeShard? TakeReady()
    {
        int ended = running.FindIndex(job => job.Task!.IsCompleted);
        if (ended < 0)
        {
            return null;
        }

        RestoreJob job = running[ended];
        running.RemoveAt(ended);
        telemetry.Metrics.RestoreEnded(job.Shard);
        StartWaiting();
        bool wanted = !job.Token.IsCancellationRequested;
        job.Dispose();
        if (!wanted)
        {
            // Whatever it found: another owner may have written meanwhile, so that what it read does not fit together.
            return TakeReady();
        }

        job.Task!.GetAwaiter().GetResult();
        telemetry.Metrics.Restored(time.GetElapsedTime(job.AskedAt));
        return job.Result;
    }

    /// <summary>Gives all shards up and waits until nothing runs.</summary>
    public void Stop()
    {
        foreach (RestoreJob job in waiting.Concat(running))
        {
            job.Cancel();
        }

        foreach (RestoreJob job in running)
        {
            job.Task!.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
            job.Dispose();
        }

        waiting.ForEach(job => job.Dispose());
        waiting.Clear();
        running.Clear();
        Tell();
    }

    private void StartWaiting()
    {
        while (running.Count < maxRunning && waiting.Count > 0)
        {
            RestoreJob job = waiting[0];
            waiting.RemoveAt(0);
            running.Add(job);
            job.Task = launch(() => job.Result = restorer.Restore(job.Shard, consumer, job.Token));
        }

        Tell();
    }

    private void Tell() =>
        telemetry.RestoringShards = waiting.Concat(running).Count(job => !job.Token.IsCancellationRequested);
}
