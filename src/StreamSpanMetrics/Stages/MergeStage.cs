using Microsoft.Extensions.Logging;
using StreamSpanMetrics.Core.Points;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Telemetry;

namespace StreamSpanMetrics.Stages;

/// <summary>
/// The merge loop: applies delta batches to the totals of its shards, closes steps by watermark, and writes points, progress and a
/// piece of the state in one transaction per shard (M5). Owns its clients. One thread polls and does all the work on shards, in slices
/// of a few milliseconds between polls; transactions and restores run beside it.
/// </summary>
public sealed class MergeStage : IStage, IPartitionEvents
{
    private static readonly TimeSpan PollTimeout = TimeSpan.FromMilliseconds(50);

    /// <summary>While a transaction is on its way, its end is looked for this often: the next one waits for it.</summary>
    private static readonly TimeSpan CommittingPollTimeout = TimeSpan.FromMilliseconds(5);

    /// <summary>Forced closes are looked for this often.</summary>
    private static readonly TimeSpan StuckInterval = TimeSpan.FromSeconds(5);

    private readonly MergeOptions options;
    private readonly IStageConsumer consumer;
    private readonly StageTelemetry telemetry;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly DeltaBatchReader reader = new();
    private readonly SortedDictionary<int, MergeShard> shards = [];
    private readonly MergeCommits commits;
    private readonly MergeWork work;
    private readonly ShardRestores restores;
    private readonly ShardCounts counts;
    private readonly LagProbe lag;
    private readonly RepairWatch repairs;
    private readonly Func<int, PartitionProgress> progress;
    private long lastStuckCheck;

    /// <summary>A loop over the given clients.</summary>
    public MergeStage(
        StageTelemetry telemetry, MergeOptions options, IStageConsumer consumer, IStageProducer producer, IShardLog log,
        TimeProvider time, ILogger logger, TaskLauncher? launch = null)
    {
        launch ??= Task.Run;
        this.telemetry = telemetry;
        this.options = options;
        this.consumer = consumer;
        this.time = time;
        this.logger = logger;
        commits = new MergeCommits(shards, new MergeCommitter(consumer, producer, telemetry, time, launch, logger), telemetry, time);
        counts = new ShardCounts(telemetry, time);
        repairs = new RepairWatch(log, time);
        work = new MergeWork(
            shards, options, new PointEncoder(options.Points, options.Layout), commits, consumer, repairs, telemetry, time, logger, TellShards);
        restores = new ShardRestores(
            new ShardRestorer(options, log, logger, telemetry.Name, time), consumer, telemetry, time, launch, options.MaxRestores);
        lag = new LagProbe(consumer, telemetry, time);
        progress = Progress;
        telemetry.Metrics.ExpectTransactions(telemetry.Stage, Messages.Outcomes);
    }

    /// <inheritdoc/>
    public string Name => telemetry.Name;

    /// <inheritdoc/>
    public void Run(CancellationToken stop)
    {
        restores.StopWith(stop);
        consumer.Join(this);
        try
        {
            while (!stop.IsCancellationRequested && options.Drain is not { IsReached: true })
            {
                Turn();
            }

            restores.Stop();
            consumer.Close();
        }
        finally
        {
            // Nothing may use the clients any more: whoever made them closes them now.
            restores.Stop();
            commits.Drain();
        }
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<int, long> Assigned(IReadOnlyList<int> partitions)
    {
        foreach (int shard in partitions)
        {
            restores.Begin(shard);
        }

        lag.Hurry();
        logger.PartitionsAssigned(Name, options.DeltasTopic, string.Join(',', partitions));
        return new Dictionary<int, long>();
    }

    /// <inheritdoc/>
    public void Revoked(IReadOnlyList<int> partitions)
    {
        MergeShard? broken = commits.Wait();
        foreach (int shard in partitions)
        {
            if (shards.TryGetValue(shard, out MergeShard? leaving) && leaving != broken)
            {
                commits.WriteInHandler(leaving);
            }
        }

        Lose(partitions);
        Restore(broken);
        logger.PartitionsRevoked(Name, options.DeltasTopic, string.Join(',', partitions));
    }

    /// <inheritdoc/>
    public void Lost(IReadOnlyList<int> partitions)
    {
        Lose(partitions);
        // Not written before the shard is given to us again, or it would be written behind that restore.
        Restore(commits.Wait());
        logger.PartitionsLost(Name, options.DeltasTopic, string.Join(',', partitions));
    }

    private void Lose(IReadOnlyList<int> partitions)
    {
        foreach (int number in partitions)
        {
            restores.Cancel(number);
            repairs.Forget(number);
            if (shards.Remove(number, out MergeShard? shard))
            {
                work.Forget(shard);
                commits.Forget(shard);
            }
        }

        TellShards();
    }

    private void Turn()
    {
        bool idle = PollOnce();
        long polled = time.GetTimestamp();
        lag.Turn(polled, shards.Keys, progress);
        Restore(commits.Settle());
        LookForRepairs();
        TakeRestored();
        work.Turn();
        CloseStuckSteps();
        Drain();
        commits.Turn(idle);
        work.Commit();
        counts.Turn(shards.Values);
        telemetry.Metrics.MergePaused("turn", time.GetElapsedTime(polled));
    }

    /// <summary>Polls and takes one batch in; true if there was none.</summary>
    private bool PollOnce()
    {
        bool hasMore = work.HasMore || commits.Next is not null;
        TimeSpan timeout = hasMore ? TimeSpan.Zero : commits.IsBusy ? CommittingPollTimeout : PollTimeout;
        PollStatus status = consumer.Poll(timeout, reader, out PolledRecord record);
        if (status == PollStatus.Nothing)
        {
            return true;
        }

        if (shards.TryGetValue(record.Partition, out MergeShard? shard) && shard.StopReason is null)
        {
            if (status == PollStatus.OutOfRange)
            {
                throw new StageStoppedException(options.Problems.DeltasLost(record.Partition, record.Offset));
            }

            Take(shard, record);
        }

        return false;
    }

    private void Take(MergeShard shard, PolledRecord record)
    {
        if (record.Offset < shard.State.DeltasOffset)
        {
            return;
        }

        shard.NewestMillis = record.TimestampMillis;
        shard.Take(reader.Batch, record.Offset);
        if (shard.HasBacklog && !shard.IsHeldBack)
        {
            // It closes a step: the others are read on.
            shard.IsHeldBack = true;
            consumer.Pause(shard.Number);
        }
    }

    private void TakeRestored()
    {
        while (restores.TakeReady() is MergeShard shard)
        {
            shards[shard.Number] = shard;
            consumer.Seek(shard.Number, shard.State.DeltasOffset);
            // A shard that had been refused is judged anew: paused, with its reason forgotten, it would stand still without a word.
            consumer.Resume(shard.Number);
            lag.Hurry();
            TellShards();
        }
    }

    // A stopped shard whose state somebody repaired is restored like one whose last transaction is in doubt.
    private void LookForRepairs()
    {
        if (commits.IsBusy)
        {
            return;
        }

        int[] stopped = [.. shards.Values.Where(shard => shard.StopReason is not null && !shard.Pending.HasProgress).Select(shard => shard.Number)];
        foreach (int shard in repairs.Turn(stopped))
        {
            Restore(shards[shard]);
        }
    }

    private void Drain()
    {
        if (options.Drain is not DrainGoal goal || commits.IsBusy)
        {
            return;
        }

        foreach (MergeShard shard in shards.Values.Where(shard => shard.StopReason is null && !shard.HasWork))
        {
            if (goal.StepToClose(shard.State) is long step)
            {
                shard.State.ForceClose(step);
                shard.Pending.HasProgress = true;
            }
            else if (!shard.Pending.HasProgress && goal.Note(shard.Number, shard.State))
            {
                logger.ShardDrained(Name, shard.Number, shard.State.ClosedStep);
            }
        }
    }

    // After an unknown outcome the topic knows what was written, and we do not: start again from there (A4, M1).
    private void Restore(MergeShard? broken)
    {
        if (broken is null || !shards.Remove(broken.Number))
        {
            return;
        }

        work.Forget(broken);
        commits.Forget(broken);
        consumer.Pause(broken.Number);
        restores.Begin(broken.Number);
        TellShards();
    }

    private PartitionProgress Progress(int number)
    {
        MergeShard shard = shards[number];
        bool paused = shard.StopReason is not null || shard.IsHeldBack;
        long next = shard.HasWork ? shard.State.DeltasOffset : Math.Max(consumer.ReadTo(number), shard.State.DeltasOffset);
        return new PartitionProgress(number, next, shard.NewestMillis, null, paused);
    }

    private void CloseStuckSteps()
    {
        if (options.ClosePolicy == ClosePolicy.Strict || time.GetElapsedTime(lastStuckCheck) < StuckInterval)
        {
            return;
        }

        lastStuckCheck = time.GetTimestamp();
        foreach (MergeShard shard in shards.Values)
        {
            if (shard.StopReason is null && !shard.HasWork && shard.StuckStep() is (long step, uint partition))
            {
                shard.State.ForceClose(step);
                logger.StepForced(Name, shard.Number, step, (int)partition);
                telemetry.Metrics.StepForced();
            }
        }
    }

    private void TellShards() => counts.Tell(shards.Values);
}
