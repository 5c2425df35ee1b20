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

    private readonly ProducerConfig config;
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
    {
        this.beat = beat;
        this.config = config;
        this.time = time;
        this.logger = logger;
        this.stop = stop;
        callTimeout = TimeSpan.FromMilliseconds(config.TransactionTimeoutMs ?? 10_000);
    }

    /// <summary>
    /// Registers the transactional id, and with it aborts what an earlier owner of the id left open. Waits for the brokers.
    /// </summary>
    public IProducer<byte[]?, byte[]?> Prepare()
    {
        while (producer is null)
        {
            IProducer<byte[]?, byte[]?> created = Build();
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
            Retry(() => client.SendOffsetsToTransaction(positions, group.GroupMetadata, callTimeout));
        });
    }

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

    private IProducer<byte[]?, byte[]?> Build() => new ProducerBuilder<byte[]?, byte[]?>(config)
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
