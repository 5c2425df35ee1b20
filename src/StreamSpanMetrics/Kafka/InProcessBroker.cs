using Confluent.Kafka;

namespace StreamSpanMetrics.Kafka;

/// <summary>
/// A Kafka broker inside this process: librdkafka's mock cluster with one broker, bound to the loopback address on a free port. It is for
/// the demo and for tests of plumbing, and proves nothing about exactly-once: it keeps at most 5 MiB per partition (older batches vanish
/// silently), forgets offsets sent within a transaction, delivers aborted records and fences nobody (librdkafka src/rdkafka_mock.c,
/// rdkafka_mock_handlers.c). Topic settings, compaction and log-append time do not exist. Clients of the same host may connect, also from
/// other processes. Safe for use by several threads.
/// </summary>
public sealed class InProcessBroker : IDisposable
{
    /// <summary>Partitions of every topic: the mock cluster's fixed number for topics that a request creates.</summary>
    public const int PartitionsPerTopic = 4;

    private static readonly TimeSpan requestTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan retryPause = TimeSpan.FromMilliseconds(50);

    // The cluster lives and dies with this client, which therefore does nothing else.
    private readonly IProducer<Null, Null> host;
    private readonly IAdminClient admin;
    private readonly TimeProvider time;

    private InProcessBroker(IProducer<Null, Null> host, TimeProvider time)
    {
        this.host = host;
        this.time = time;
        admin = new DependentAdminClientBuilder(host.Handle).Build();
    }

    /// <summary>Address for <c>bootstrap.servers</c>: loopback and the port in use.</summary>
    public string BootstrapServers { get; private set; } = "";

    /// <summary>Starts a broker and waits until it answers.</summary>
    /// <param name="log">Receives librdkafka's messages of the hosting client, on its thread; null drops them.</param>
    /// <param name="time">Clock for the wait; null is the system's.</param>
    /// <exception cref="KafkaException">It did not answer within 10 seconds.</exception>
    public static InProcessBroker Start(Action<string>? log = null, TimeProvider? time = null)
    {
        ProducerConfig config = new() { BootstrapServers = "127.0.0.1:1", ClientId = "in-process-broker" };
        config.Set("test.mock.num.brokers", "1");
        IProducer<Null, Null> host = new ProducerBuilder<Null, Null>(config)
            .SetLogHandler((_, message) => log?.Invoke(message.Message))
            .SetErrorHandler((_, error) => log?.Invoke(error.Reason))
            .Build();
        InProcessBroker broker = new(host, time ?? TimeProvider.System);
        try
        {
            BrokerMetadata address = broker.admin.GetMetadata(requestTimeout).Brokers[0];
            broker.BootstrapServers = $"{address.Host}:{address.Port}";
            return broker;
        }
        catch
        {
            broker.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Creates the topic with <see cref="PartitionsPerTopic"/> partitions, or does nothing if it exists. The mock cluster knows no
    /// CreateTopics request; asking for the metadata of an unknown topic creates it.
    /// </summary>
    /// <returns>The number of its partitions, as the broker reports it.</returns>
    /// <exception cref="KafkaException">The topic did not appear within 10 seconds.</exception>
    public int CreateTopic(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        long started = time.GetTimestamp();
        while (true)
        {
            TopicMetadata topic = admin.GetMetadata(name, requestTimeout).Topics.Single(candidate => candidate.Topic == name);
            if (!topic.Error.IsError && topic.Partitions.Count > 0)
            {
                return topic.Partitions.Count;
            }

            if (time.GetElapsedTime(started) > requestTimeout)
            {
                throw new KafkaException(topic.Error.IsError ? topic.Error : new Error(ErrorCode.Local_UnknownTopic));
            }

            Thread.Sleep(retryPause);
        }
    }

    /// <summary>Ends the broker; its topics are gone. Clients should be closed before.</summary>
    public void Dispose()
    {
        admin.Dispose();
        host.Dispose();
    }
}
