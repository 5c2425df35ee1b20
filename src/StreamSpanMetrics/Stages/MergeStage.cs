using Microsoft.Extensions.Logging;
using StreamSpanMetrics.Core.Points;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;
using StreamSpanMetrics.Telemetry;

namespace StreamSpanMetrics.Stages;

/// <summary>
/// The merge loop: applies delta batches to the totals of its shards, closes steps by watermark, and writes points, progress and a
/// piece of the state in one transaction per shard (M5). Owns its clients; one thread.
/// </summary>
public sealed class MergeStage : IStage, IPartitionEvents
{
    private const long EagerCommitBytes = 1024 * 1024;

    private static readonly TimeSpan PollTimeout = TimeSpan.FromMilliseconds(50);

    /// <summary>Points wait at most this long for others of their shard while batches keep coming.</summary>
    private static readonly TimeSpan MaxPointWait = TimeSpan.FromMilliseconds(200);

    /// <summary>Progress without points is written this often: it only saves reading again.</summary>
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(5);

    private readonly MergeOptions options;
    private readonly IStageConsumer consumer;
    private readonly IStageProducer producer;
    private readonly IShardLog log;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly DeltaBatchReader reader = new();
    private readonly PointEncoder encoder;
    private readonly SortedDictionary<int, MergeShard> shards = [];
    private readonly HashSet<int> broken = [];
    private CancellationToken stopping;
    private long lastStuckCheck;

    /// <summary>A loop over the given clients.</summary>
    public MergeStage(
        string name, MergeOptions options, IStageConsumer consumer, IStageProducer producer, IShardLog log, TimeProvider time, ILogger logger)
    {
        Name = name;
        this.options = options;
        this.consumer = consumer;
        this.producer = producer;
        this.log = log;
        this.time = time;
        this.logger = logger;
        encoder = new PointEncoder(options.Points, options.Layout);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>Series alive in the shards of this loop. Written by the loop, read by anyone.</summary>
    public long ActiveSeries { get; private set; }

    /// <summary>Point records written.</summary>
    public long PointRecords { get; private set; }

    /// <summary>Entries of closed steps that went into later ones (T4).</summary>
    public long FoldedEntries { get; private set; }

    /// <inheritdoc/>
    public void Run(CancellationToken stop)
    {
        stopping = stop;
        consumer.Join(this);
        while (!stop.IsCancellationRequested)
        {
            bool idle = PollOnce();
            RestoreBroken();
            CloseStuckSteps();
            CommitDue(idle);
        }

        consumer.Close();
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<int, long> Assigned(IReadOnlyList<int> partitions)
    {
        Dictionary<int, long> starts = [];
        foreach (int shard in partitions)
        {
            starts[shard] = Restore(shard);
        }

        logger.PartitionsAssigned(Name, options.DeltasTopic, string.Join(',', partitions));
        return starts;
    }

    /// <inheritdoc/>
    public void Revoked(IReadOnlyList<int> partitions)
    {
        foreach (int shard in partitions)
        {
            if (shards.TryGetValue(shard, out MergeShard? leaving) && leaving.Pending.HasProgress && !broken.Contains(shard))
            {
                Commit(leaving);
            }
        }

        Lose(partitions);
        logger.PartitionsRevoked(Name, options.DeltasTopic, string.Join(',', partitions));
    }

    /// <inheritdoc/>
    public void Lost(IReadOnlyList<int> partitions)
    {
        Lose(partitions);
        logger.PartitionsLost(Name, options.DeltasTopic, string.Join(',', partitions));
    }

    private void Lose(IReadOnlyList<int> partitions)
    {
        foreach (int shard in partitions)
        {
            shards.Remove(shard);
            broken.Remove(shard);
        }
    }

    /// <summary>Polls and applies one batch; true if there was none.</summary>
    private bool PollOnce()
    {
        PollStatus status = consumer.Poll(PollTimeout, reader, out PolledRecord record);
        if (status == PollStatus.OutOfRange)
        {
            throw new StageStoppedException(Messages.DataLoss(options.DeltasTopic, record.Partition, record.Offset, null));
        }

        if (status == PollStatus.Nothing)
        {
            return true;
        }

        if (shards.TryGetValue(record.Partition, out MergeShard? shard) && shard.StopReason is null && !broken.Contains(record.Partition))
        {
            Apply(shard, record);
        }

        return false;
    }

    private void Apply(MergeShard shard, PolledRecord record)
    {
        if (record.Offset < shard.State.DeltasOffset)
        {
            return;
        }

        if (reader.Batch is not DeltaBatch batch)
        {
            shard.StopReason = Messages.ShardRefused(options.DeltasTopic, shard.Number, record.Offset, "the record is no delta batch.");
        }
        else
        {
            if (!shard.Apply(batch, record.Offset))
            {
                broken.Add(shard.Number);
            }
        }

        if (shard.StopReason is string reason)
        {
            consumer.Pause(shard.Number);
            logger.StageFailed(Name, reason);
        }
    }

    private void CommitDue(bool idle)
    {
        foreach (MergeShard shard in shards.Values)
        {
            TimeSpan since = time.GetElapsedTime(shard.LastCommit);
            bool points = shard.Pending.Records.Count > 0;
            bool due = points ? idle || shard.Pending.Bytes >= EagerCommitBytes || since > MaxPointWait : since > ProgressInterval;
            if (due && shard.Pending.HasProgress && !broken.Contains(shard.Number))
            {
                Commit(shard);
            }
        }

        ActiveSeries = shards.Values.Sum(shard => (long)shard.State.ActiveSeries);
        FoldedEntries = shards.Values.Sum(shard => shard.State.FoldedEntries);
    }

    /// <summary>Writes what is pending with progress and a chunk. True if it is written, or will be tried again with more.</summary>
    private bool Commit(MergeShard shard)
    {
        List<OutgoingRecord> records = [.. shard.Pending.Records];
        int points = records.Count(record => record.Topic == options.MetricsTopic);
        List<StateRecord> state = [];
        shard.Snapshots.WriteChunk(state);
        foreach (StateRecord chunk in state)
        {
            OutgoingRecord outgoing = new(options.StateTopic, shard.Number, chunk.Key, chunk.Value);
            records.Add(outgoing);
            // A chunk counts as written from now on: if the transaction is aborted, it goes with the next.
            shard.Pending.Add(outgoing);
        }

        ProgressRecord progress = ProgressBuilder.Build(shard.State, shard.Snapshots, shard.EmittedRecords, shard.Sequence);
        records.Add(new OutgoingRecord(
            options.StateTopic, shard.Number, ProgressBuilder.Key(shard.Number), Google.Protobuf.MessageExtensions.ToByteArray(progress)));
        Dictionary<int, long> offsets = new() { [shard.Number] = progress.DeltasOffset };
        TransactionOutcome outcome = producer.Commit(records, offsets, consumer);
        shard.LastCommit = time.GetTimestamp();
        switch (outcome)
        {
            case TransactionOutcome.Committed:
                PointRecords += points;
                shard.Pending.Clear();
                return true;
            case TransactionOutcome.Aborted:
                // Goes again with the next commit, after a poll that serves pending revocations (A4).
                logger.PointsAborted(Name, shard.Number, time);
                return true;
            case TransactionOutcome.Unknown:
                broken.Add(shard.Number);
                return false;
            default:
                throw new StageStoppedException(Messages.Fenced(Name));
        }
    }

    /// <summary>A transaction in the middle of a step too large for one (M5). False makes the caller give the shard up.</summary>
    private bool CommitMidStep(MergeShard shard) => Commit(shard) && shard.Pending.Records.Count == 0;

    // After an unknown outcome the topic knows what was written, and we do not: start again from there (A4, M1).
    private void RestoreBroken()
    {
        foreach (int shard in broken.ToArray())
        {
            long offset = Restore(shard);
            broken.Remove(shard);
            consumer.Seek(shard, offset);
            // A shard that had been refused is judged anew: paused, with its reason forgotten, it would stand still without a word.
            consumer.Resume(shard);
        }
    }

    private void CloseStuckSteps()
    {
        if (options.ClosePolicy == ClosePolicy.Strict || time.GetElapsedTime(lastStuckCheck) < ProgressInterval)
        {
            return;
        }

        lastStuckCheck = time.GetTimestamp();
        foreach (MergeShard shard in shards.Values)
        {
            if (shard.StopReason is null && !broken.Contains(shard.Number) && shard.StuckStep() is (long step, uint partition))
            {
                shard.State.ForceClose(step);
                logger.StepForced(Name, shard.Number, step, (int)partition);
                if (!shard.CloseSteps())
                {
                    broken.Add(shard.Number);
                }
            }
        }
    }

    private long Restore(int shard)
    {
        ShardRestorer restorer = new(options, log, logger, Name, time);
        shards[shard] = restorer.Restore(shard, consumer, encoder, CommitMidStep, stopping);
        return shards[shard].State.DeltasOffset;
    }
}
