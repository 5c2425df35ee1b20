using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;
using StreamSpanMetrics.Stages;
using StreamSpanMetrics.Telemetry;

namespace StreamSpanMetrics.Kafka;

/// <summary>Reads state and delta ranges with consumers of its own that are in no group.</summary>
internal sealed class KafkaShardLog : IShardLog
{
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AskPause = TimeSpan.FromMilliseconds(200);

    /// <summary>
    /// Without progress for this long a client is replaced. A transaction that is still open may be the cause, too: a new one waits as well.
    /// </summary>
    private static readonly TimeSpan StandStill = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PollTimeout = TimeSpan.FromMilliseconds(100);

    private readonly ConsumerConfig config;
    private readonly string deltasTopic;
    private readonly string stateTopic;
    private readonly TimeProvider time;
    private readonly ILogger logger;

    /// <summary>A log over the given topics; it connects when it is read.</summary>
    public KafkaShardLog(ConsumerConfig config, string deltasTopic, string stateTopic, TimeProvider time, ILogger logger)
    {
        this.config = config;
        this.deltasTopic = deltasTopic;
        this.stateTopic = stateTopic;
        this.time = time;
        this.logger = logger;
    }

    /// <summary>
    /// Without any progress for this long, the read is given up. The default is well below the poll interval after which the group expels us.
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Is told after every poll how far a read is; the log says it every 5 s.</summary>
    public Action<ReadProgress>? Progress { get; init; }

    /// <inheritdoc/>
    public StateContents ReadState(int shard, CancellationToken cancel)
    {
        TopicPartition partition = new(stateTopic, shard);
        long start = Offset(partition, OffsetSpec.Earliest(), cancel);
        long end = Offset(partition, OffsetSpec.Latest(), cancel);
        StateContents contents = new(shard);
        foreach (ConsumeResult<byte[]?, byte[]?> record in Read(partition, start, end, cancel))
        {
            contents.Add(record.Message.Key, record.Message.Value);
        }

        return contents;
    }

    /// <inheritdoc/>
    public Task<long?> StateEndAsync(int shard) => Task.Run(async () =>
    {
        try
        {
            // Asked rarely: a client for each question is simpler than one that is kept.
            using TopicAdmin admin = new(new ClientConfig(config.ToDictionary(pair => pair.Key, pair => pair.Value)));
            return (long?)await admin.EndOffsetAsync(new TopicPartition(stateTopic, shard)).ConfigureAwait(false);
        }
        catch (KafkaException exception)
        {
            logger.KafkaError($"asking for the end of {stateTopic}[{shard}]: {exception.Error.Reason}", time);
            return null;
        }
    });

    /// <inheritdoc/>
    public IEnumerable<KeyValuePair<long, DeltaBatch?>> ReadDeltas(int shard, long fromOffset, long toOffset, CancellationToken cancel)
    {
        TopicPartition partition = new(deltasTopic, shard);
        foreach (ConsumeResult<byte[]?, byte[]?> record in Read(partition, fromOffset, toOffset, cancel))
        {
            if (record.Offset.Value < toOffset)
            {
                yield return KeyValuePair.Create(record.Offset.Value, Parse(record));
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // Each read has a client of its own, disposed with it.
    }

    private static DeltaBatch? Parse(ConsumeResult<byte[]?, byte[]?> record)
    {
        try
        {
            return DeltaBatch.Parser.ParseFrom(record.Message.Value ?? []);
        }
        catch (InvalidProtocolBufferException)
        {
            // Whoever applies it knows whether it may be left out, and says so if not.
            return null;
        }
    }

    /// <summary>
    /// Committed records of any partition from an offset on. There may be some behind <paramref name="to"/>. Throws a
    /// <see cref="StageStoppedException"/> if the range was deleted.
    /// </summary>
    public IEnumerable<ConsumeResult<byte[]?, byte[]?>> Read(TopicPartition partition, long from, long to, CancellationToken cancel)
    {
        long position = from;
        long lastProgress = time.GetTimestamp();
        ReadReporter reporter = new(Progress, time, logger);
        while (position < to)
        {
            // A client that stands still is replaced: after a restart of the broker one was seen to wait for ever.
            using IConsumer<byte[]?, byte[]?> consumer = Open();
            consumer.Assign(new TopicPartitionOffset(partition, position));
            long opened = time.GetTimestamp();
            while (position < to && (time.GetElapsedTime(lastProgress) < StandStill || time.GetElapsedTime(opened) < StandStill))
            {
                cancel.ThrowIfCancellationRequested();
                ConsumeResult<byte[]?, byte[]?>? result = Consume(consumer);
                if (result is { IsPartitionEOF: false })
                {
                    yield return result;
                }

                long reached = Reached(consumer, partition, result, position);
                lastProgress = reached > position ? time.GetTimestamp() : lastProgress;
                position = reached;
                reporter.Report(new ReadProgress(partition.Topic, partition.Partition.Value, position - from, to - from));
            }

            if (position < to)
            {
                NoteStandStill(partition, position, to, lastProgress);
            }
        }
    }

    // The position passes transaction markers and what compaction removed, which records alone would not show.
    private static long Reached(
        IConsumer<byte[]?, byte[]?> consumer, TopicPartition partition, ConsumeResult<byte[]?, byte[]?>? result, long position)
    {
        Offset now = consumer.Position(partition);
        long reached = result is { IsPartitionEOF: true } ? result.Offset.Value : now.IsSpecial ? position : now.Value;
        return Math.Max(reached, position);
    }

    private void NoteStandStill(TopicPartition partition, long position, long to, long lastProgress)
    {
        if (time.GetElapsedTime(lastProgress) > Patience)
        {
            throw new StageStoppedException($"{partition}: no progress from offset {position} to {to} for {Patience.TotalMinutes} minutes.");
        }

        logger.KafkaError($"reading {partition} stands still at offset {position} of {to}", time);
    }

    private ConsumeResult<byte[]?, byte[]?>? Consume(IConsumer<byte[]?, byte[]?> consumer)
    {
        try
        {
            return consumer.Consume(PollTimeout);
        }
        catch (ConsumeException exception) when (exception.Error.Code is not (ErrorCode.Local_AutoOffsetReset or ErrorCode.OffsetOutOfRange))
        {
            logger.KafkaError(exception.Error.Reason, time);
            return null;
        }
        catch (ConsumeException exception)
        {
            throw new RangeDeletedException($"A range of {exception.ConsumerRecord.TopicPartition} that is needed was deleted.", exception);
        }
    }

    private IConsumer<byte[]?, byte[]?> Open() => new ConsumerBuilder<byte[]?, byte[]?>(config)
        .SetKeyDeserializer(Deserializers.ByteArray!)
        .SetValueDeserializer(Deserializers.ByteArray!)
        .SetErrorHandler((_, error) => logger.KafkaError(error.Reason, time))
        .SetLogHandler((_, _) => { })
        .Build();

    // Read uncommitted on purpose (M1): a read-committed end can lie before a transaction that is just being settled. Without an answer
    // it asks again: a restore must outlive a broker that restarts.
    private long Offset(TopicPartition partition, OffsetSpec spec, CancellationToken cancel)
    {
        ListOffsetsOptions options = new() { IsolationLevel = IsolationLevel.ReadUncommitted, RequestTimeout = AskTimeout };
        TopicPartitionOffsetSpec asked = new() { TopicPartition = partition, OffsetSpec = spec };
        long started = time.GetTimestamp();
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            try
            {
                // A client for each attempt: one that lived through a restart of the broker was seen to get no answer any more.
                using IConsumer<byte[]?, byte[]?> asking = Open();
                using IAdminClient admin = new DependentAdminClientBuilder(asking.Handle).Build();
                ListOffsetsResult result = TopicAdmin.WithinAsync(admin.ListOffsetsAsync([asked], options), time, cancel).GetAwaiter().GetResult();
                TopicPartitionOffsetError answer = result.ResultInfos[0].TopicPartitionOffsetError;
                return answer.Error.IsError ? throw new KafkaException(answer.Error) : answer.Offset.Value;
            }
            catch (KafkaException exception) when (!exception.Error.IsFatal && time.GetElapsedTime(started) < Patience)
            {
                logger.KafkaError($"asking for an offset of {partition}: {exception.Error.Reason}", time);
                cancel.WaitHandle.WaitOne(AskPause);
            }
        }
    }
}
