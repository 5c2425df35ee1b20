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

    /// <summary>Services that are told by name; the others are told together.</summary>
    private const int NamedServices = 50;

    private static readonly TimeSpan PollTimeout = TimeSpan.FromMilliseconds(50);

    /// <summary>Points wait at most this long for others of their shard while batches keep coming.</summary>
    private static readonly TimeSpan MaxPointWait = TimeSpan.FromMilliseconds(200);

    /// <summary>Progress without points is written this often: it only saves reading again.</summary>
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(5);

    private readonly MergeOptions options;
    private readonly IStageConsumer consumer;
    private readonly IStageProducer producer;
    private readonly IShardLog log;
    private readonly StageTelemetry telemetry;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly DeltaBatchReader reader = new();
    private readonly PointEncoder encoder;
    private readonly SortedDictionary<int, MergeShard> shards = [];
    private readonly HashSet<int> broken = [];
    private readonly LagProbe lag;
    private readonly RepairWatch repairs;
    private readonly Func<int, PartitionProgress> progress;
    private CancellationToken stopping;
    private long lastStuckCheck;

    /// <summary>A loop over the given clients.</summary>
    public MergeStage(
        StageTelemetry telemetry, MergeOptions options, IStageConsumer consumer, IStageProducer producer, IShardLog log,
        TimeProvider time, ILogger logger)
    {
        this.telemetry = telemetry;
        this.options = options;
        this.consumer = consumer;
        this.producer = producer;
        this.log = log;
        this.time = time;
        this.logger = logger;
        encoder = new PointEncoder(options.Points, options.Layout);
        lag = new LagProbe(consumer, telemetry, time);
        repairs = new RepairWatch(log, time);
        progress = Progress;
        telemetry.Metrics.ExpectTransactions(telemetry.Stage, Messages.Outcomes);
    }

    /// <inheritdoc/>
    public string Name => telemetry.Name;

    /// <inheritdoc/>
    public void Run(CancellationToken stop)
    {
        stopping = stop;
        consumer.Join(this);
        while (!stop.IsCancellationRequested && options.Drain is not { IsReached: true })
        {
            bool idle = PollOnce();
            lag.Turn(time.GetTimestamp(), shards.Keys, progress);
            LookForRepairs();
            RestoreBroken();
            CloseStuckSteps();
            Drain();
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

        lag.Hurry();

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
            repairs.Forget(shard);
        }

        Tell();
    }

    /// <summary>Polls and applies one batch; true if there was none.</summary>
    private bool PollOnce()
    {
        PollStatus status = consumer.Poll(PollTimeout, reader, out PolledRecord record);
        if (status == PollStatus.OutOfRange)
        {
            throw new StageStoppedException(options.Problems.DeltasLost(record.Partition, record.Offset));
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

        shard.NewestMillis = record.TimestampMillis;
        long started = time.GetTimestamp();
        if (!shard.Apply(reader.Batch, record.Offset))
        {
            broken.Add(shard.Number);
        }

        if (shard.TakeClosedSteps() > 0)
        {
            telemetry.Metrics.StepsClosed(time.GetElapsedTime(started));
            Tell();
        }

        telemetry.Metrics.Folded(shard.TakeFoldedEntries());
        TellGivenUp(shard);
        if (shard.StopReason is string reason)
        {
            consumer.Pause(shard.Number);
            if (repairs.IsNews(shard.Number, reason))
            {
                logger.StageFailed(Name, reason);
            }

            Tell();
        }
    }

    private void TellGivenUp(MergeShard shard)
    {
        long offsets = shard.TakeGivenUpOffsets();
        if (offsets > 0)
        {
            telemetry.Metrics.Lost(telemetry.Stage, shard.Number, offsets);
            logger.GapAccepted(Name, shard.Number, offsets);
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

    }

    /// <summary>Tells how the shards stand, and which services have how many series.</summary>
    private void Tell()
    {
        telemetry.Shards =
            [.. shards.Values.Select(shard => new ShardStatus(shard.Number, shard.State.ActiveSeries, shard.StopReason is not null))];
        Dictionary<string, long> services = [];
        foreach (MergeShard shard in shards.Values)
        {
            foreach (ResourceTotals resource in shard.State.Resources)
            {
                string service = resource.Job.ServiceName.Text ?? "";
                services[service] = services.GetValueOrDefault(service) + resource.Slots.Count;
            }
        }

        KeyValuePair<string, long>[] sorted = [.. services.OrderByDescending(service => service.Value)];
        long others = sorted.Skip(NamedServices).Sum(service => service.Value);
        telemetry.SeriesByService =
            [.. sorted.Take(NamedServices), .. others > 0 ? [KeyValuePair.Create("_other", others)] : Array.Empty<KeyValuePair<string, long>>()];
    }

    private PartitionProgress Progress(int number)
    {
        MergeShard shard = shards[number];
        bool paused = shard.StopReason is not null || broken.Contains(number);
        return new PartitionProgress(number, Math.Max(consumer.ReadTo(number), shard.State.DeltasOffset), shard.NewestMillis, null, paused);
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
        StateRecord record = ProgressBuilder.Record(shard.Number, progress);
        records.Add(new OutgoingRecord(options.StateTopic, shard.Number, record.Key, record.Value));
        Dictionary<int, long> offsets = new() { [shard.Number] = progress.DeltasOffset };
        long started = time.GetTimestamp();
        TransactionOutcome outcome = producer.Commit(records, offsets, consumer);
        shard.LastCommit = time.GetTimestamp();
        telemetry.Metrics.Transaction(telemetry.Stage, Messages.Outcome(outcome), time.GetElapsedTime(started, shard.LastCommit));
        switch (outcome)
        {
            case TransactionOutcome.Committed:
                telemetry.Metrics.PointRecords(points);
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

    // A stopped shard whose state somebody repaired is restored like one whose last transaction is in doubt.
    private void LookForRepairs()
    {
        int[] stopped = [.. shards.Values.Where(shard => shard.StopReason is not null && !shard.Pending.HasProgress).Select(shard => shard.Number)];
        broken.UnionWith(repairs.Turn(stopped));
    }

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
                telemetry.Metrics.StepForced();
                if (!shard.CloseSteps())
                {
                    broken.Add(shard.Number);
                }
            }
        }
    }

    private void Drain()
    {
        if (options.Drain is not DrainGoal goal)
        {
            return;
        }

        foreach (MergeShard shard in shards.Values.Where(shard => shard.StopReason is null))
        {
            if (!broken.Contains(shard.Number) && goal.StepToClose(shard.State) is long step)
            {
                shard.State.ForceClose(step);
                broken.UnionWith(shard.CloseSteps() && Commit(shard) ? [] : [shard.Number]);
            }

            if (!broken.Contains(shard.Number) && !shard.Pending.HasProgress && goal.Note(shard.Number, shard.State))
            {
                logger.ShardDrained(Name, shard.Number, shard.State.ClosedStep);
            }
        }
    }

    private long Restore(int shard)
    {
        ShardRestorer restorer = new(options, log, logger, Name, time);
        long started = time.GetTimestamp();
        telemetry.RestoringShards++;
        shards[shard] = restorer.Restore(shard, consumer, encoder, CommitMidStep, stopping);
        telemetry.RestoringShards--;
        telemetry.Metrics.Restored(shard, time.GetElapsedTime(started));
        Tell();
        return shards[shard].State.DeltasOffset;
    }
}
