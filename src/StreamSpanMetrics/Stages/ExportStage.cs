using Microsoft.Extensions.Logging;
using StreamSpanMetrics.Core.Prometheus;
using StreamSpanMetrics.Telemetry;

namespace StreamSpanMetrics.Stages;

/// <summary>
/// The export loop: turns point records into remote-write requests, whole records of one partition and one step cut by bytes (E1), and
/// commits their offsets when every sample is settled. One request per partition is on its way at a time; the partition is paused
/// meanwhile, and the loop goes on polling. One thread.
/// </summary>
public sealed class ExportStage : IStage, IPartitionEvents
{
    private static readonly TimeSpan PollTimeout = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// How long a handler of revocation waits for an answer; after that the next owner sends the identical request again.
    /// </summary>
    private static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(5);

    private readonly ExportOptions options;
    private readonly IStageConsumer consumer;
    private readonly ISeriesSender sender;
    private readonly Func<RemoteWriteBatcher> makeBatcher;
    private readonly SeriesTranslator translator;
    private readonly StageTelemetry telemetry;
    private readonly LagProbe lag;
    private readonly Func<int, PartitionProgress> progress;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly PointRecordReader reader = new();
    private readonly SortedDictionary<int, ExportPartition> owned = [];

    // Megabytes for each record: kept from one to the next, unless it has to wait.
    private SeriesBuffer translated = new();

    /// <summary>A loop over the given clients.</summary>
    public ExportStage(
        StageTelemetry telemetry, ExportOptions options, PrometheusRules rules, IStageConsumer consumer, ISeriesSender sender,
        Func<RemoteWriteBatcher> makeBatcher, TimeProvider time, ILogger logger)
    {
        this.telemetry = telemetry;
        this.options = options;
        this.consumer = consumer;
        this.sender = sender;
        this.makeBatcher = makeBatcher;
        this.time = time;
        this.logger = logger;
        translator = new SeriesTranslator(rules);
        lag = new LagProbe(consumer, telemetry, time);
        progress = Progress;
    }

    /// <inheritdoc/>
    public string Name => telemetry.Name;

    /// <inheritdoc/>
    public void Run(CancellationToken stop)
    {
        consumer.Join(this);
        while (!stop.IsCancellationRequested)
        {
            PollOnce();
            lag.Turn(time.GetTimestamp(), owned.Keys, progress);
            FinishRequests();
        }

        consumer.Close();
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
            if (!committed.TryGetValue(partition, out long offset) && !options.OffsetsAreForgotten)
            {
                throw new StageStoppedException(Messages.MissingOffset(telemetry.Stage, options.MetricsTopic, partition, options.Repair));
            }

            starts[partition] = offset;
            owned[partition] = new ExportPartition(partition, sender, makeBatcher(), offset, time);
            telemetry.Metrics.Lost(telemetry.Stage, partition, 0);
        }

        lag.Hurry();

        logger.PartitionsAssigned(Name, options.MetricsTopic, string.Join(',', partitions));
        return starts;
    }

    /// <inheritdoc/>
    public void Revoked(IReadOnlyList<int> partitions)
    {
        foreach (int number in partitions)
        {
            if (owned.TryGetValue(number, out ExportPartition? partition) && partition.IsSending && partition.Drain(DrainPatience))
            {
                Commit(partition);
            }
        }

        Drop(partitions);
        logger.PartitionsRevoked(Name, options.MetricsTopic, string.Join(',', partitions));
    }

    /// <inheritdoc/>
    public void Lost(IReadOnlyList<int> partitions)
    {
        foreach (int number in partitions)
        {
            if (owned.TryGetValue(number, out ExportPartition? partition))
            {
                partition.Drain(TimeSpan.Zero);
            }
        }

        Drop(partitions);
        logger.PartitionsLost(Name, options.MetricsTopic, string.Join(',', partitions));
    }

    private void PollOnce()
    {
        PollStatus status = consumer.Poll(PollTimeout, reader, out PolledRecord record);
        if (status == PollStatus.OutOfRange)
        {
            SkipLost(record.Partition);
        }
        else if (status == PollStatus.Record && owned.TryGetValue(record.Partition, out ExportPartition? partition))
        {
            Take(partition, record);
        }
    }

    private void Take(ExportPartition partition, PolledRecord record)
    {
        CheckSequence(partition, record, out bool last);
        if (reader.Points is null)
        {
            logger.ForeignRecord(options.MetricsTopic, record.Partition, record.Offset, "it is no OTLP metrics request", time);
            return;
        }

        partition.NewestMillis = record.TimestampMillis;
        partition.StepEndMillis = Math.Max(partition.StepEndMillis, reader.NewestPointMillis);
        SeriesBuffer series = translated;
        series.Clear();
        translator.Translate(reader.Points, series);
        if (partition.Held is not null)
        {
            throw new InvalidOperationException($"{options.MetricsTopic}[{record.Partition}] was polled although it is paused.");
        }

        if (partition.IsSending || !partition.Batcher.Fits(series))
        {
            partition.Held = series;
            translated = new SeriesBuffer();
            partition.HeldNextOffset = record.Offset + 1;
            partition.HeldIsLast = last;
            Send(partition);
            return;
        }

        Append(partition, series, record.Offset + 1, last);
    }

    private void Append(ExportPartition partition, SeriesBuffer series, long nextOffset, bool last)
    {
        partition.Batcher.Append(series);
        partition.NextOffset = nextOffset;
        if (last)
        {
            partition.SendsLastOfStep = true;
            Send(partition);
        }
    }

    private void Send(ExportPartition partition)
    {
        if (!partition.IsSending)
        {
            consumer.Pause(partition.Number);
            partition.StartSending();
        }
    }

    private void FinishRequests()
    {
        foreach (ExportPartition partition in owned.Values)
        {
            if (!partition.TryFinish())
            {
                continue;
            }

            Commit(partition);
            TellStep(partition);
            if (partition.Held is SeriesBuffer held)
            {
                partition.Held = null;
                Append(partition, held, partition.HeldNextOffset, partition.HeldIsLast);
            }

            if (!partition.IsSending)
            {
                consumer.Resume(partition.Number);
            }
        }
    }

    // Measured at the request that ends a step: its earlier ones were accepted before.
    private void TellStep(ExportPartition partition)
    {
        if (partition.SendsLastOfStep && partition.HasAccepted)
        {
            long now = time.GetUtcNow().ToUnixTimeMilliseconds();
            telemetry.Metrics.StepAccepted(TimeSpan.FromMilliseconds(Math.Max(0, now - partition.StepEndMillis)));
        }

        partition.SendsLastOfStep = false;
    }

    private PartitionProgress Progress(int number)
    {
        ExportPartition partition = owned[number];
        // What is on its way is not yet done; with nothing on its way, all that was read is.
        long next = partition.IsSending || !partition.Batcher.IsEmpty
            ? partition.SettledOffset
            : Math.Max(consumer.ReadTo(number), partition.NextOffset);
        return new PartitionProgress(number, next, partition.NewestMillis, null, partition.IsSending);
    }

    private void Commit(ExportPartition partition)
    {
        consumer.Commit(new Dictionary<int, long> { [partition.Number] = partition.NextOffset });
        partition.SettledOffset = partition.NextOffset;
    }

    // A record without our headers was written by someone else: it stands alone.
    private void CheckSequence(ExportPartition partition, PolledRecord record, out bool last)
    {
        ulong? sequence = PointHeaders.Read(record.Headers, out last);
        if (sequence is null)
        {
            last = true;
            return;
        }

        if (partition.Sequence is ulong before && sequence != before + 1)
        {
            telemetry.Metrics.SequenceHole();
            logger.SequenceHole(options.MetricsTopic, record.Partition, before + 1, sequence.Value);
        }

        partition.Sequence = sequence;
    }

    private void SkipLost(int number)
    {
        long? start = consumer.StartOffsetAsync(number).GetAwaiter().GetResult();
        long position = consumer.Position(number);
        if (start is not long from || from <= position)
        {
            // Told once only: a partition that is not moved now would never be read again.
            throw new StageStoppedException(Messages.DataLoss(options.MetricsTopic, number, position, start));
        }

        telemetry.Metrics.Lost(telemetry.Stage, number, from - position);
        logger.DataLost(Name, options.MetricsTopic, number, position, from);
        consumer.Seek(number, from);
        if (owned.TryGetValue(number, out ExportPartition? partition))
        {
            partition.Sequence = null;
        }
    }

    private void Drop(IReadOnlyList<int> partitions)
    {
        foreach (int number in partitions)
        {
            if (owned.Remove(number, out ExportPartition? partition))
            {
                partition.Dispose();
            }
        }
    }
}
