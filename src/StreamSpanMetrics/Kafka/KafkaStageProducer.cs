using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using StreamSpanMetrics.Stages;
using StreamSpanMetrics.Telemetry;

namespace StreamSpanMetrics.Kafka;

/// <summary>
/// A transactional producer over Confluent.Kafka that sorts its errors into outcomes. After any outcome that is not known the client is
/// thrown away: a delayed request of the old one could act on the next transaction (KIP-890 is not in librdkafka).
/// </summary>
internal sealed class KafkaStageProducer : IStageProducer
{
    private static readonly TimeSpan QueueFullPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(200);

    /// <summary>How long after its own time-out a call of the client may come back.</summary>
    private static readonly TimeSpan CallGrace = TimeSpan.FromSeconds(1);

    private readonly Func<IProducer<byte[]?, byte[]?>> build;
    private readonly Action beat;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly CancellationToken stop;
    private readonly TimeSpan callTimeout;
    private IProducer<byte[]?, byte[]?>? producer;

    /// <summary>A producer; it turns to the brokers with the first transaction, or with <see cref="Prepare"/>.</summary>
    /// <param name="config">The client's settings.</param>
    /// <param name="beat">Called while it waits for brokers: a sign of life. From the thread that waits.</param>
    /// <param name="time">Measures waiting.</param>
    /// <param name="logger">Hears of errors.</param>
    /// <param name="stop">Ends the waiting.</param>
    public KafkaStageProducer(ProducerConfig config, Action beat, TimeProvider time, ILogger logger, CancellationToken stop)
        : this(() => Build(config, time, logger), TimeSpan.FromMilliseconds(config.TransactionTimeoutMs ?? 10_000), beat, time, logger, stop)
    {
    }

    /// <summary>
    /// As the other one, over clients that <paramref name="build"/> makes and whose calls time out after <paramref name="callTimeout"/>.
    /// </summary>
    internal KafkaStageProducer(
        Func<IProducer<byte[]?, byte[]?>> build, TimeSpan callTimeout, Action beat, TimeProvider time, ILogger logger, CancellationToken stop)
    {
        this.build = build;
        this.callTimeout = callTimeout;
        this.beat = beat;
        this.time = time;
        this.logger = logger;
        this.stop = stop;
    }

    /// <summary>
    /// Registers the transactional id, and with it aborts what an earlier owner of the id left open. Waits for the brokers.
    /// </summary>
    public IProducer<byte[]?, byte[]?> Prepare()
    {
        while (producer is null)
        {
            IProducer<byte[]?, byte[]?> created = build();
            try
            {
                created.InitTransactions(callTimeout);
                producer = created;
            }
            catch (KafkaException exception) when (exception.Error.Code != ErrorCode.Local_Fenced)
            {
                created.Dispose();
                stop.ThrowIfCancellationRequested();
                beat();
                logger.KafkaError("preparing transactions: " + exception.Error.Reason, time);
            }
        }

        return producer;
    }

    /// <inheritdoc/>
    public TransactionOutcome Commit(
        IReadOnlyList<OutgoingRecord> records, IReadOnlyDictionary<int, long> offsets, IStageConsumer consumer)
    {
        KafkaStageConsumer group = (KafkaStageConsumer)consumer;
        if (!group.IsMember)
        {
            return TransactionOutcome.Aborted;
        }

        List<TopicPartitionOffset> positions = [.. offsets.Select(offset => new TopicPartitionOffset(group.Topic, offset.Key, offset.Value))];
        return Run(client =>
        {
            ProduceAll(client, records);
            SendOffsets(client, positions, group.GroupMetadata);
        });
    }

    /// <summary>Sends offsets inside the transaction that <see cref="Run"/> has begun, for the body that it runs.</summary>
    public void SendOffsets(
        IProducer<byte[]?, byte[]?> client, IReadOnlyList<TopicPartitionOffset> positions, IConsumerGroupMetadata membership) =>
        Retry(() => EndInTime(client, () => client.SendOffsetsToTransaction(positions, membership, callTimeout)));

    /// <summary>Runs <paramref name="body"/> inside a transaction and commits it.</summary>
    public TransactionOutcome Run(Action<IProducer<byte[]?, byte[]?>> body)
    {
        IProducer<byte[]?, byte[]?> client = Prepare();
        try
        {
            client.BeginTransaction();
            body(client);
            Retry(() => client.CommitTransaction(callTimeout));
            return TransactionOutcome.Committed;
        }
        catch (TimeoutException)
        {
            logger.CallLost(callTimeout.TotalSeconds);
            return Replace();
        }
        catch (KafkaTxnRequiresAbortException exception)
        {
            logger.KafkaError("transaction aborted: " + exception.Error.Reason, time);
            return Abort(client);
        }
        catch (KafkaException exception) when (IsFenced(exception))
        {
            return TransactionOutcome.Fenced;
        }
        catch (KafkaException exception)
        {
            logger.KafkaError("transaction outcome unknown: " + exception.Error.Reason, time);
            return Replace();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => producer?.Dispose();

    /// <summary>Hands records to the client, waiting while its queue is full.</summary>
    public static void ProduceAll(IProducer<byte[]?, byte[]?> client, IReadOnlyList<OutgoingRecord> records)
    {
        foreach (OutgoingRecord record in records)
        {
            Message<byte[]?, byte[]?> message = new() { Key = record.Key, Value = record.Value };
            if (record.Headers is not null)
            {
                message.Headers = [];
                foreach ((string name, byte[] value) in record.Headers)
                {
                    message.Headers.Add(name, value);
                }
            }

            TopicPartition target = new(record.Topic, record.Partition < 0 ? Partition.Any : record.Partition);
            while (!TryProduce(client, target, message))
            {
                client.Poll(QueueFullPause);
            }
        }
    }

    private static bool TryProduce(IProducer<byte[]?, byte[]?> client, TopicPartition target, Message<byte[]?, byte[]?> message)
    {
        try
        {
            client.Produce(target, message);
            return true;
        }
        catch (ProduceException<byte[]?, byte[]?> exception) when (exception.Error.Code == ErrorCode.Local_QueueFull)
        {
            return false;
        }
    }

    private TransactionOutcome Abort(IProducer<byte[]?, byte[]?> client)
    {
        try
        {
            Retry(() => client.AbortTransaction(callTimeout));
            return TransactionOutcome.Aborted;
        }
        catch (KafkaException exception) when (IsFenced(exception))
        {
            return TransactionOutcome.Fenced;
        }
        catch (KafkaException exception)
        {
            logger.KafkaError("aborting a transaction: " + exception.Error.Reason, time);
            return Replace();
        }
    }

    private TransactionOutcome Replace()
    {
        producer?.Dispose();
        producer = null;
        Prepare();
        return TransactionOutcome.Unknown;
    }

    // A retriable call may be repeated with the same arguments, and with nothing else (rdkafka.h).
    private void Retry(Action call)
    {
        long started = time.GetTimestamp();
        while (true)
        {
            try
            {
                call();
                return;
            }
            catch (KafkaRetriableException) when (time.GetElapsedTime(started) < callTimeout)
            {
                beat();
                stop.WaitHandle.WaitOne(RetryPause);
            }
        }
    }

    // While it looks for the group's coordinator, the client does not look at the time-out of this call, and an answer that it does not
    // expect then (the coordinator is loading) ends the looking until a connection breaks or is made: the call may never come back
    // (creq_ts_timeout in librdkafka's src/rdkafka_coord.c; confluentinc/librdkafka, issue 5456). A client with a call inside must not be
    // destroyed, so it is left alone until that call comes back, and the transaction is settled by its successor, which fences it.
    private void EndInTime(IProducer<byte[]?, byte[]?> client, Action call)
    {
        Task called = Task.Factory.StartNew(call, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        try
        {
            called.WaitAsync(callTimeout + CallGrace, time, CancellationToken.None).GetAwaiter().GetResult();
        }
        catch (TimeoutException) when (!called.IsCompleted)
        {
            producer = null;
            _ = called.ContinueWith(
                late =>
                {
                    _ = late.Exception;
                    client.Dispose();
                },
                TaskScheduler.Default);
            throw;
        }
    }

    private static IProducer<byte[]?, byte[]?> Build(ProducerConfig config, TimeProvider time, ILogger logger) =>
        new ProducerBuilder<byte[]?, byte[]?>(config)
        .SetErrorHandler((_, error) => logger.KafkaError(error.Reason, time))
        .SetLogHandler((_, message) =>
        {
            if (message.Level <= SyslogLevel.Warning)
            {
                logger.KafkaError(message.Message, time);
            }
        })
        .Build();

    private static bool IsFenced(KafkaException exception) =>
        exception.Error.Code is ErrorCode.Local_Fenced or ErrorCode.ProducerFenced or ErrorCode.InvalidProducerEpoch;
}
