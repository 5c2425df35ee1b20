using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;
using StreamSpanMetrics.Stages;
using StreamSpanMetrics.Telemetry;

namespace StreamSpanMetrics.Kafka;

/// <summary>A group member over Confluent.Kafka. Values are read in librdkafka's memory, by a deserializer that hands them on.</summary>
internal sealed class KafkaStageConsumer : IStageConsumer
{
    private static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AskPause = TimeSpan.FromMilliseconds(200);

    private readonly string topic;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly CancellationToken stop;
    private readonly IConsumer<bool, bool> consumer;
    private readonly IAdminClient admin;
    private readonly StageTelemetry telemetry;
    private readonly PartitionPlaces places;
    private readonly LogQuestions logs;
    private IPartitionEvents? events;
    private IRecordReader? reader;
    private bool closed;

    /// <summary>
    /// A consumer of <paramref name="topic"/>, not yet in the group. After <paramref name="stop"/> it waits for no broker;
    /// <paramref name="connection"/> is for questions that the consumer's own does not answer.
    /// </summary>
    public KafkaStageConsumer(
        ConsumerConfig config, ClientConfig connection, string topic, StageTelemetry telemetry, TimeProvider time, ILogger logger,
        CancellationToken stop)
    {
        this.telemetry = telemetry;
        this.stop = stop;
        this.topic = topic;
        this.time = time;
        this.logger = logger;
        consumer = new ConsumerBuilder<bool, bool>(config)
            .SetKeyDeserializer(new Handing((bytes, _) => reader?.ReadKey(bytes)))
            .SetValueDeserializer(new Handing((bytes, _) => reader?.ReadValue(bytes)))
            .SetErrorHandler((_, error) => logger.KafkaError(error.Reason, time))
            .SetLogHandler((_, message) => LogClient(message))
            .SetPartitionsAssignedHandler((_, partitions) => OnAssigned(partitions))
            .SetPartitionsRevokedHandler((_, partitions) => events!.Revoked(Forget(partitions)))
            .SetPartitionsLostHandler((_, partitions) => events!.Lost(Forget(partitions)))
            .Build();
        places = new PartitionPlaces(
            consumer, topic, config.PartitionAssignmentStrategy == PartitionAssignmentStrategy.Range, message => logger.KafkaError(message, time));
        admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        logs = new LogQuestions(consumer.Handle, connection, topic, time, logger);
    }

    /// <inheritdoc/>
    public int PartitionCount { get; private set; }

    /// <inheritdoc/>
    public byte[] TopicId { get; private set; } = [];

    /// <summary>Whether the brokers can be asked for topic ids: all but the demo's in-process one.</summary>
    public bool HasTopicIds { get; init; } = true;

    /// <summary>Membership, as it is now: to be read right before it is used.</summary>
    public IConsumerGroupMetadata GroupMetadata => consumer.ConsumerGroupMetadata;

    /// <summary>Whether the group knows us: without a member id the broker would not fence our offsets.</summary>
    public bool IsMember => !string.IsNullOrEmpty(consumer.MemberId);

    /// <summary>The topic.</summary>
    public string Topic => topic;

    /// <inheritdoc/>
    public void Join(IPartitionEvents partitionEvents)
    {
        events = partitionEvents;
        consumer.Subscribe(topic);
    }

    /// <inheritdoc/>
    public PollStatus Poll(TimeSpan timeout, IRecordReader recordReader, out PolledRecord record)
    {
        reader = recordReader;
        record = default;
        try
        {
            places.SeekPending();
            ConsumeResult<bool, bool>? result = ConsumeRecord(timeout);
            places.PauseUnready();
            if (result is null || !places.IsReady(result.Partition.Value))
            {
                return PollStatus.Nothing;
            }

            int partition = result.Partition.Value;
            long offset = result.Offset.Value;
            places.Passed(partition, offset);
            Timestamp timestamp = result.Message.Timestamp;
            bool appendTime = timestamp.Type == TimestampType.LogAppendTime;
            record = new PolledRecord(partition, offset, timestamp.UnixTimestampMs, appendTime, HeadersOf(result.Message.Headers));
            return PollStatus.Record;
        }
        catch (ConsumeException exception) when (exception.Error.Code is ErrorCode.Local_AutoOffsetReset or ErrorCode.OffsetOutOfRange)
        {
            record = new PolledRecord(exception.ConsumerRecord.Partition.Value, exception.ConsumerRecord.Offset.Value, 0, false);
            places.OutOfRange(record.Partition);
            return PollStatus.OutOfRange;
        }
        catch (ConsumeException exception) when (!exception.Error.IsFatal && !IsOurs(exception.Error.Code))
        {
            logger.KafkaError(exception.Error.Reason, time);
            return PollStatus.Nothing;
        }
        finally
        {
            reader = null;
        }
    }

    // The end of a log is no record: noted, and polling goes on for the rest of the time.
    private ConsumeResult<bool, bool>? ConsumeRecord(TimeSpan timeout)
    {
        ConsumeResult<bool, bool>? result = consumer.Consume(timeout);
        if (result is not { IsPartitionEOF: true })
        {
            return result;
        }

        long started = time.GetTimestamp();
        while (result is { IsPartitionEOF: true })
        {
            places.AtEnd(result.Partition.Value, result.Offset.Value);
            TimeSpan rest = timeout - time.GetElapsedTime(started);
            result = consumer.Consume(rest > TimeSpan.Zero ? rest : TimeSpan.Zero);
        }

        return result;
    }

    /// <inheritdoc/>
    public long ReadTo(int partition) => places.ReadTo(partition);

    /// <inheritdoc/>
    public long Position(int partition) => places.Position(partition);

    /// <inheritdoc/>
    public IReadOnlyDictionary<int, long> Committed(IReadOnlyList<int> partitions, CancellationToken cancel)
    {
        List<TopicPartition> asked = [.. partitions.Select(partition => new TopicPartition(topic, partition))];
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            stop.ThrowIfCancellationRequested();
            try
            {
                return consumer.Committed(asked, AskTimeout)
                    .Where(answer => !answer.Offset.IsSpecial)
                    .ToDictionary(answer => answer.Partition.Value, answer => answer.Offset.Value);
            }
            catch (KafkaException exception) when (!exception.Error.IsFatal)
            {
                telemetry.Beat();
                logger.KafkaError("asking for committed offsets: " + exception.Error.Reason, time);
            }
        }
    }

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<int, long>> EndOffsetsAsync(IReadOnlyList<int> partitions) => logs.EndsAsync(partitions);

    /// <inheritdoc/>
    public Task<IReadOnlyDictionary<int, LogEnd>> LogEndsAsync(IReadOnlyList<int> partitions) => logs.BothEndsAsync(partitions);

    /// <inheritdoc/>
    public Task<long?> StartOffsetAsync(int partition) => logs.StartAsync(partition);

    /// <inheritdoc/>
    public void Seek(int partition, long offset) => places.Seek(partition, offset);

    /// <inheritdoc/>
    public void Pause(int partition) => places.Pause(partition);

    /// <inheritdoc/>
    public void Resume(int partition) => places.Resume(partition);

    /// <inheritdoc/>
    public void Commit(IReadOnlyDictionary<int, long> offsets)
    {
        try
        {
            consumer.Commit(offsets.Select(offset => new TopicPartitionOffset(topic, offset.Key, offset.Value)));
        }
        catch (KafkaException exception) when (!exception.Error.IsFatal)
        {
            // A later commit, or the next owner by doing the same again, makes up for it.
            logger.KafkaError("committing offsets: " + exception.Error.Reason, time);
        }
    }

    /// <inheritdoc/>
    public void Close()
    {
        closed = true;
        consumer.Close();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!closed && events is not null)
        {
            // After a failure: leave the group without committing. A client that is destroyed while a rebalance waits for an answer
            // of ours would wait for ever.
            events = new NoEvents();
            Close();
        }

        logs.Dispose();
        admin.Dispose();
        consumer.Dispose();
    }

    // What a record reader throws is a fault of ours: going on would skip the record.
    private static bool IsOurs(ErrorCode code) => code is ErrorCode.Local_KeyDeserialization or ErrorCode.Local_ValueDeserialization;

    private IEnumerable<TopicPartitionOffset> OnAssigned(List<TopicPartition> partitions)
    {
        if (partitions.Count == 0)
        {
            return [];
        }

        RefreshTopic();
        List<int> numbers = [.. partitions.Select(partition => partition.Partition.Value)];
        IReadOnlyDictionary<int, long> starts = events!.Assigned(numbers);
        List<int> unready = [.. numbers.Where(number => !starts.ContainsKey(number))];
        IReadOnlyDictionary<int, long> ends = unready.Count == 0 ? starts : EndsOf(unready);
        unready.ForEach(number => places.AssignUnready(number, ends[number]));
        foreach ((int number, long start) in starts)
        {
            places.Assign(number, start);
        }

        return [.. numbers.Select(number =>
            new TopicPartitionOffset(topic, number, starts.TryGetValue(number, out long start) ? start : ends[number]))];
    }

    // Where the loop does not know yet where to begin, the client waits at the end, a place that surely exists. It has to be told the number:
    // asked to find the end itself, it may find it once more, half a second later, and jump there from wherever it was sent meanwhile
    // (rd_kafka_toppar_handle_Offset in librdkafka's src/rdkafka_partition.c retries a question that a pause has outdated).
    private IReadOnlyDictionary<int, long> EndsOf(IReadOnlyList<int> partitions)
    {
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            IReadOnlyDictionary<int, long> ends = EndOffsetsAsync(partitions).GetAwaiter().GetResult();
            if (partitions.All(ends.ContainsKey))
            {
                return ends;
            }

            telemetry.Beat();
            stop.WaitHandle.WaitOne(AskPause);
        }
    }

    private List<int> Forget(List<TopicPartitionOffset> partitions)
    {
        List<int> numbers = Numbers(partitions);
        numbers.ForEach(places.Forget);
        return numbers;
    }

    // Inside a handler of the client: an exception here would end the stage, while a broker that is away just then comes back.
    private void RefreshTopic()
    {
        while (true)
        {
            stop.ThrowIfCancellationRequested();
            try
            {
                TopicMetadata metadata = admin.GetMetadata(topic, AskTimeout).Topics[0];
                if (metadata.Error.IsError)
                {
                    throw new KafkaException(metadata.Error);
                }

                PartitionCount = metadata.Partitions.Count;
                if (TopicId.Length == 0 && HasTopicIds)
                {
                    TopicId = TopicAdmin.TopicIdAsync(admin, topic).GetAwaiter().GetResult();
                }

                return;
            }
            catch (KafkaException exception) when (!exception.Error.IsFatal)
            {
                telemetry.Beat();
                logger.KafkaError($"asking for {topic}: {exception.Error.Reason}", time);
                stop.WaitHandle.WaitOne(AskPause);
            }
        }
    }

    private static List<KeyValuePair<string, byte[]>>? HeadersOf(Headers? headers) =>
        headers is null || headers.Count == 0 ? null : [.. headers.Select(header => KeyValuePair.Create(header.Key, header.GetValueBytes() ?? []))];

    private void LogClient(LogMessage message)
    {
        if (message.Level <= SyslogLevel.Warning)
        {
            logger.KafkaError(message.Message, time);
        }
    }

    private static List<int> Numbers(List<TopicPartitionOffset> partitions) => [.. partitions.Select(partition => partition.Partition.Value)];

    /// <summary>Takes partitions without reading them and gives them up without a commit.</summary>
    private sealed class NoEvents : IPartitionEvents
    {
        public IReadOnlyDictionary<int, long> Assigned(IReadOnlyList<int> partitions) => partitions.ToDictionary(partition => partition, _ => 0L);

        public void Revoked(IReadOnlyList<int> partitions)
        {
        }

        public void Lost(IReadOnlyList<int> partitions)
        {
        }
    }

    /// <summary>A deserializer that hands the bytes on instead of making an object of them.</summary>
    private sealed class Handing : IDeserializer<bool>
    {
        private readonly Receiver receive;

        public Handing(Receiver receive) => this.receive = receive;

        public delegate void Receiver(ReadOnlySpan<byte> bytes, bool isNull);

        public bool Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context)
        {
            receive(data, isNull);
            return true;
        }
    }
}
