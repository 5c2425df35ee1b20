using Microsoft.Extensions.Logging;
using StreamSpanMetrics.Core.Points;
using StreamSpanMetrics.Telemetry;

namespace StreamSpanMetrics.Stages;

/// <summary>
/// Does the work of a loop's shards in slices: applies what was read, closes steps, writes pieces of the state. Shards take turns; one of
/// them at a time closes a step, from beginning to end, so that one encoder and about two transactions of points are all that is held.
/// Polling thread only.
/// </summary>
internal sealed class MergeWork
{
    private readonly SortedDictionary<int, MergeShard> shards;
    private readonly MergeOptions options;
    private readonly PointEncoder encoder;
    private readonly MergeCommits commits;
    private readonly IStageConsumer consumer;
    private readonly RepairWatch repairs;
    private readonly StageTelemetry telemetry;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Action tell;
    private readonly Slice slice;
    private readonly List<MergeShard> turn = [];
    private MergeShard? closing;
    private int lastWorkedOn = -1;

    public MergeWork(
        SortedDictionary<int, MergeShard> shards, MergeOptions options, PointEncoder encoder, MergeCommits commits, IStageConsumer consumer,
        RepairWatch repairs, StageTelemetry telemetry, TimeProvider time, ILogger logger, Action tell)
    {
        this.shards = shards;
        this.options = options;
        this.encoder = encoder;
        this.commits = commits;
        this.consumer = consumer;
        this.repairs = repairs;
        this.telemetry = telemetry;
        this.time = time;
        this.logger = logger;
        this.tell = tell;
        slice = new Slice(time, options.SliceDuration, options.MaxSliceWork);
    }

    /// <summary>Whether the last slice was too short for all that could be done.</summary>
    public bool HasMore { get; private set; }

    /// <summary>Works for a slice.</summary>
    public void Turn()
    {
        HasMore = false;
        slice.Begin();
        turn.Clear();
        foreach (MergeShard shard in shards.Values)
        {
            if (shard.HasWork || commits.Next == shard)
            {
                turn.Add(shard);
            }
        }

        int first = Math.Max(0, turn.FindIndex(shard => shard.Number > lastWorkedOn));
        for (int at = 0; at < turn.Count && !slice.IsOver; at++)
        {
            MergeShard shard = turn[(first + at) % turn.Count];
            lastWorkedOn = shard.Number;
            WorkOn(shard);
        }

        HasMore = turn.Count > 0 && slice.IsOver;
    }

    /// <summary>Prepares and starts the next transaction, with what is left of the slice.</summary>
    public void Commit()
    {
        if (commits.Next is not MergeShard shard)
        {
            return;
        }

        // The piece of the state has to be of one moment, so no step is closed between its beginning and the transaction. In the middle of
        // a step there is none.
        if (shard.State.ClosingStep is null)
        {
            long began = time.GetTimestamp();
            bool built = shard.ContinueChunk(slice);
            telemetry.Metrics.MergePaused("state", time.GetElapsedTime(began));
            if (!built)
            {
                return;
            }
        }

        long started = time.GetTimestamp();
        commits.StartNext();
        telemetry.Metrics.MergePaused("commit", time.GetElapsedTime(started));
    }

    /// <summary>A shard is no longer ours.</summary>
    public void Forget(MergeShard shard)
    {
        if (closing == shard)
        {
            closing = null;
        }
    }

    /// <summary>A shard has refused what it read (M2).</summary>
    private void Stopped(MergeShard shard)
    {
        consumer.Pause(shard.Number);
        if (repairs.IsNews(shard.Number, shard.StopReason!))
        {
            logger.StageFailed(telemetry.Name, shard.StopReason!);
        }

        tell();
    }

    private void WorkOn(MergeShard shard)
    {
        while (!slice.IsOver)
        {
            if (commits.Next == shard)
            {
                Commit();
                continue;
            }

            if (!shard.HasWork)
            {
                return;
            }

            if (shard.State.ClosingStep is null && shard.State.NextClosableStep is null)
            {
                Apply(shard);
            }
            else if (!Close(shard))
            {
                return;
            }
        }
    }

    private void Apply(MergeShard shard)
    {
        long started = time.GetTimestamp();
        shard.ApplyBlock(slice);
        telemetry.Metrics.MergePaused("apply", time.GetElapsedTime(started));
        telemetry.Metrics.Folded(shard.TakeFoldedEntries());
        if (shard.TakeGivenUpOffsets() is > 0 and long offsets)
        {
            telemetry.Metrics.Lost(telemetry.Stage, shard.Number, offsets);
            logger.GapAccepted(telemetry.Name, shard.Number, offsets);
        }

        if (shard.StopReason is not null)
        {
            Stopped(shard);
        }
        else if (shard.IsHeldBack && !shard.HasBacklog)
        {
            shard.IsHeldBack = false;
            consumer.Resume(shard.Number);
        }
    }

    // False if it has to wait.
    private bool Close(MergeShard shard)
    {
        bool isTurn = closing is null || closing == shard;
        if (!isTurn || shard.IsFull || commits.UnwrittenBytes >= 2L * options.MaxTransactionBytes)
        {
            return false;
        }

        closing = shard;
        long started = time.GetTimestamp();
        bool finished = shard.CloseStep(slice, encoder, out TimeSpan took);
        telemetry.Metrics.MergePaused("close", time.GetElapsedTime(started));
        if (finished)
        {
            closing = null;
            telemetry.Metrics.StepClosed(took);
            tell();
        }

        return true;
    }
}
