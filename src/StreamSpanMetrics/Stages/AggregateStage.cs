using Microsoft.Extensions.Logging;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Telemetry;

namespace StreamSpanMetrics.Stages;

/// <summary>
/// The aggregate loop: polls spans, folds them into one accumulator per partition, and every commit interval freezes a cut that a
/// transaction writes beside the folding (A6). Owns its consumer and producer; everything but the sending runs on its one thread.
/// </summary>
public sealed class AggregateStage : IStage, IPartitionEvents
{
    private static readonly TimeSpan PollTimeout = TimeSpan.FromMilliseconds(50);

    private readonly AggregateOptions options;
    private readonly IStageConsumer consumer;
    private readonly StageTelemetry telemetry;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly RecordFolder folder;
    private readonly SpanRecordReader reader;
    private readonly Func<DeltaAccumulator> newAccumulator;
    private readonly RecordClock clock;
    private readonly CutBuilder cuts;
    private readonly CutCommitter committer;
    private readonly IdleAdvance idle;
    private readonly PartitionGate gate;
    private readonly SkewBrake brake;
    private readonly Breaker breaker;
    private readonly LagProbe lag;
    private readonly Func<int, PartitionProgress> progress;
    private readonly SortedDictionary<int, SourcePartition> owned = [];
    private long nextCut;
    private int pendingEntries;

    /// <summary>A loop over the given clients; cuts are sent on the thread pool unless <paramref name="launch"/> says otherwise.</summary>
    public AggregateStage(
        StageTelemetry telemetry, AggregateOptions options, SpanRules spans, HistogramRules histogram, IStageConsumer consumer,
        IStageProducer producer, IProgressLog progressLog, TimeProvider time, ILogger logger, TaskLauncher? launch = null)
    {
        this.telemetry = telemetry;
        this.options = options;
        this.consumer = consumer;
        this.time = time;
        this.logger = logger;
        folder = new RecordFolder(spans);
        reader = new SpanRecordReader(folder, options.SourceEncoding, options.MaxRecordBytes);
        ExplicitBounds bounds = new(histogram);
        newAccumulator = () => new DeltaAccumulator(bounds, histogram.Shape.IsExponential, spans.MaxExemplars);
        clock = new RecordClock((long)options.MaxAhead.TotalMilliseconds, time, telemetry.Metrics);
        cuts = new CutBuilder(options, consumer, folder);
        CutSender sender = new(options, histogram, consumer, producer, telemetry, time);
        committer = new CutCommitter(sender, owned.ContainsKey, Name, time, launch ?? Task.Run, logger);
        idle = new IdleAdvance(options, consumer, time);
        gate = new PartitionGate(consumer);
        brake = new SkewBrake(options, consumer, progressLog, gate, time);
        breaker = new Breaker(options, gate, telemetry, time, logger);
        lag = new LagProbe(consumer, telemetry, time);
        progress = Progress;
        Counters = telemetry.Folds ?? new FoldCounters();
        Counters.Filtered = new FilterDrops(spans.Filter);
        telemetry.Texts = folder.TextCounters;
        telemetry.Metrics.ExpectTransactions(telemetry.Stage, Messages.Outcomes);
    }

    /// <inheritdoc/>
    public string Name => telemetry.Name;

    /// <summary>What happened to the spans so far. Written by the loop, read by anyone: single numbers, not a snapshot.</summary>
    public FoldCounters Counters { get; }

    /// <inheritdoc/>
    public void Run(CancellationToken stop)
    {
        consumer.Join(this);
        try
        {
            while (!stop.IsCancellationRequested)
            {
                Turn();
            }

            // Closing revokes everything: the handler commits what is ready.
            consumer.Close();
        }
        finally
        {
            // Nothing may use the clients any more: whoever made them closes them now.
            committer.Drain();
        }
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<int, long> Assigned(IReadOnlyList<int> partitions)
    {
        IReadOnlyDictionary<int, long> committed = options.OffsetsAreForgotten
            ? new Dictionary<int, long>()
            : consumer.Committed(partitions, CancellationToken.None);
        Dictionary<int, long> starts = [];
        foreach (int partition in partitions)
        {
            bool known = committed.TryGetValue(partition, out long offset);
            bool first = !known && (partition >= options.KnownPartitions);
            if (!known && !first && !options.OffsetsAreForgotten)
            {
                throw new StageStoppedException(Messages.MissingOffset(telemetry.Stage, options.SourceTopic, partition, options.Repair));
            }

            starts[partition] = known ? offset : 0;
            owned[partition] = new SourcePartition(partition, starts[partition], first, newAccumulator);
            telemetry.Metrics.ClockAhead(partition, 0);
            telemetry.Metrics.Lost(telemetry.Stage, partition, 0);
            telemetry.Metrics.BreakerTripped(partition, 0);
        }

        lag.Hurry();

        logger.PartitionsAssigned(Name, options.SourceTopic, string.Join(',', partitions));
        return starts;
    }

    /// <inheritdoc/>
    public void Revoked(IReadOnlyList<int> partitions)
    {
        Settle(committer.Wait());
        List<SourcePartition> leaving = [.. partitions.Where(owned.ContainsKey).Select(partition => owned[partition])];
        if (!committer.MustRewind && cuts.Build(leaving) is Cut cut)
        {
            committer.Start(cut);
            Settle(committer.Wait());
        }

        Drop(partitions);
        logger.PartitionsRevoked(Name, options.SourceTopic, string.Join(',', partitions));
    }

    /// <inheritdoc/>
    public void Lost(IReadOnlyList<int> partitions)
    {
        Drop(partitions);
        Settle(committer.Wait());
        logger.PartitionsLost(Name, options.SourceTopic, string.Join(',', partitions));
    }

    private void Turn()
    {
        PollOnce(PollTimeout);
        long now = time.GetTimestamp();
        lag.Turn(now, owned.Keys, progress);
        Settle(committer.Poll());
        idle.Settle(owned);
        brake.Turn(now, owned);
        breaker.Turn(now, owned);
        bool full = folder.TablesAreLarge || pendingEntries >= options.MaxEntries * 2;
        if (full)
        {
            // Only another cut makes room: wait for the one on its way (P7).
            Settle(committer.Wait());
        }

        if ((full || IsCutDue(now)) && !committer.IsBusy && !committer.MustRewind)
        {
            StartCut();
        }
    }

    private void PollOnce(TimeSpan timeout)
    {
        if (committer.MustRewind)
        {
            Rewind();
        }

        PollStatus status = consumer.Poll(timeout, reader, out PolledRecord record);
        if (status == PollStatus.Record)
        {
            Take(record);
        }
        else if (status == PollStatus.OutOfRange)
        {
            SkipLostRange(record.Partition);
        }
    }

    private void Take(PolledRecord record)
    {
        if (!owned.TryGetValue(record.Partition, out SourcePartition? partition) || record.Offset < partition.FromOffset)
        {
            return;
        }

        partition.HadRecords = true;
        partition.NewestMillis = Math.Max(partition.NewestMillis, record.TimestampMillis);
        partition.IsLogAppendTime = record.IsLogAppendTime;
        partition.ClockMillis = Math.Max(partition.ClockMillis, clock.TimestampOf(record, folder.Staged));
        brake.Check(partition, owned);
        Counters.Records++;
        Counters.Bytes += reader.ValueBytes;
        if (reader.BadReason is string reason)
        {
            Counters.BadRecords++;
            telemetry.Metrics.DeadLetters(reason, 1);
            partition.DeadLetters.Add(DeadLetter.Make(
                options.DeadLetterTopic, options.SourceTopic, record, reader.CopyKey(), reader.BadValue, reason, reader.BadMessage));
            logger.BadRecord(Name, options.SourceTopic, record.Partition, record.Offset, reader.BadMessage, time);
            breaker.Bad(partition, reader.BadMessage);
            return;
        }

        Breaker.Good(partition);
        Count(folder.Staged);
        int before = partition.Accumulator.Weight;
        partition.Accumulator.Add(folder.Staged, partition.ClockMillis / options.IntervalMillis);
        pendingEntries += partition.Accumulator.Weight - before;
    }

    private void Count(StagedRecord staged)
    {
        Counters.Spans += staged.Spans;
        Counters.Events += staged.Events;
        Counters.DroppedMissingServiceName += staged.DroppedMissingServiceName;
        Counters.Filtered.Add(staged.Filtered);
        Counters.UnknownService += staged.UnknownService;
        Counters.EndBeforeStart += staged.EndBeforeStart;
    }

    private bool IsCutDue(long now)
    {
        return now >= nextCut || pendingEntries >= options.MaxEntries;
    }

    // Asked for every record, so the sum is kept, and made anew only where accumulators were emptied or given up.
    private void CountPendingEntries()
    {
        pendingEntries = 0;
        foreach (SourcePartition partition in owned.Values)
        {
            pendingEntries += partition.Accumulator.Weight;
        }
    }

    private void StartCut()
    {
        long started = time.GetTimestamp();
        nextCut = started + (long)(options.CommitInterval.TotalSeconds * time.TimestampFrequency);
        if (owned.Count == 0)
        {
            return;
        }

        if (cuts.Build([.. owned.Values]) is Cut cut)
        {
            committer.Start(cut);
            CountPendingEntries();
            telemetry.Metrics.CutFrozen(time.GetElapsedTime(started));
        }

        if (folder.TablesAreLarge)
        {
            // All accumulators are empty right after a cut of all partitions, and the cut keeps what it needs of the tables.
            folder.ClearTables();
        }

        idle.Ask(owned.Values);
    }

    private void Settle(TransactionOutcome? outcome)
    {
        if (outcome == TransactionOutcome.Fenced)
        {
            throw new StageStoppedException(Messages.Fenced(Name));
        }
    }

    // After an unknown outcome (A4): the cut and all that was accumulated since are dropped, the committed offsets tell what to do.
    private void Rewind()
    {
        List<int> partitions = [.. owned.Keys];
        IReadOnlyDictionary<int, long> committed = consumer.Committed(partitions, CancellationToken.None);
        foreach (SourcePartition partition in owned.Values)
        {
            bool known = committed.TryGetValue(partition.Number, out long offset);
            partition.IsFirst = !known && partition.Number >= options.KnownPartitions;
            if (!known && !partition.IsFirst && !options.OffsetsAreForgotten)
            {
                throw new StageStoppedException(Messages.MissingOffset(telemetry.Stage, options.SourceTopic, partition.Number, options.Repair));
            }

            partition.Rewind(offset);
            gate.Reset(partition);
            consumer.Seek(partition.Number, offset);
        }

        CountPendingEntries();
        committer.Rewound();
        logger.Rewound(Name, options.SourceTopic);
    }

    private void SkipLostRange(int number)
    {
        if (!owned.TryGetValue(number, out SourcePartition? partition))
        {
            return;
        }

        long? start = consumer.StartOffsetAsync(number).GetAwaiter().GetResult();
        long position = Math.Max(consumer.Position(number), partition.FromOffset);
        if (start is null || start <= position || options.OnDataLoss == DataLossPolicy.Stop)
        {
            throw new StageStoppedException(Messages.DataLoss(options.SourceTopic, number, position, start));
        }

        partition.IsLost = true;
        partition.SkippedToOffset = start.Value;
        telemetry.Metrics.Lost(telemetry.Stage, number, start.Value - position);
        consumer.Seek(number, start.Value);
        logger.DataLost(Name, options.SourceTopic, number, position, start.Value);
    }

    private PartitionProgress Progress(int number)
    {
        SourcePartition partition = owned[number];
        long next = Math.Max(consumer.ReadTo(number), partition.FromOffset);
        return new PartitionProgress(number, next, partition.NewestMillis, partition.WatermarkMillis, partition.Pauses != PauseReasons.None);
    }

    private void Drop(IReadOnlyList<int> partitions)
    {
        foreach (int partition in partitions)
        {
            owned.Remove(partition);
        }

        CountPendingEntries();
    }
}
