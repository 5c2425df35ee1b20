using Confluent.Kafka;
using StreamSpanMetrics.Core.Settings;
using GroupProtocol = StreamSpanMetrics.Core.Settings.GroupProtocol;

namespace StreamSpanMetrics.Kafka;

/// <summary>
/// The one place where settings become client properties. Defaults of librdkafka that matter are set here, each with its reason.
/// </summary>
internal static class ClientConfigs
{
    /// <summary>A full fetch queue is looked at again this soon; the default of a second makes pauses.</summary>
    private const int FetchQueueBackoffMillis = 20;

    /// <summary>One limit for all partitions of a consumer.</summary>
    private const int QueuedMaxKilobytes = 64 * 1024;

    /// <summary>Records of a Collector batch are large; one fetch should bring several.</summary>
    private const int MaxPartitionFetchBytes = 8 * 1024 * 1024;

    /// <summary>Restoring a shard happens inside a poll and may take a while.</summary>
    private const int MaxPollIntervalMillis = 300_000;

    /// <summary>Connection of any client.</summary>
    public static ClientConfig Client(KafkaClientSettings kafka)
    {
        ClientConfig config = new()
        {
            BootstrapServers = string.Join(',', kafka.Brokers),
            ClientId = kafka.ClientId,
            ClientRack = kafka.RackId.Length == 0 ? null : kafka.RackId,
            // A broker that comes back should be found at once, not after the default of up to 10 s.
            ReconnectBackoffMaxMs = 2000,
        };
        ClientSecurity.Apply(config, kafka);
        return config;
    }

    /// <summary>A member of a stage's group. Offsets are ours to commit, and a missing one is never guessed (S1).</summary>
    public static ConsumerConfig GroupConsumer(KafkaClientSettings kafka, SpanSourceSettings source, GroupPlace place, bool withHeaders)
    {
        ConsumerConfig config = new(Client(kafka))
        {
            GroupId = place.Group,
            GroupInstanceId = place.InstanceId.Length == 0 ? null : place.InstanceId,
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            // Transaction markers behind the last record are no lag; only the client's own word for the end tells.
            EnablePartitionEof = true,
            // Also for a source without transactions: only then does the client ask for stable offsets (KIP-447).
            IsolationLevel = IsolationLevel.ReadCommitted,
            AutoOffsetReset = AutoOffsetReset.Error,
            MaxPollIntervalMs = MaxPollIntervalMillis,
            FetchQueueBackoffMs = FetchQueueBackoffMillis,
            QueuedMaxMessagesKbytes = QueuedMaxKilobytes,
            MaxPartitionFetchBytes = MaxPartitionFetchBytes,
            FetchWaitMaxMs = 100,
            CheckCrcs = false,
            TopicMetadataRefreshIntervalMs = 30_000,
            ConsumeResultFields = withHeaders ? "timestamp,headers,topic" : "timestamp,topic",
        };
        if (place.Protocol == GroupProtocol.Consumer)
        {
            // With KIP-848 assignment and time-outs are the broker's: the client refuses to be told (group.consumer.session.timeout.ms).
            config.GroupProtocol = Confluent.Kafka.GroupProtocol.Consumer;
            return config;
        }

        // A static member that comes back owns nothing, while its group still counts what it owned: the cooperative protocol would wait for ever
        // for it to give up a partition that is to move. Static members seldom move anything, so that moving all at once costs little.
        config.PartitionAssignmentStrategy = place.InstanceId.Length == 0
            ? PartitionAssignmentStrategy.CooperativeSticky
            : PartitionAssignmentStrategy.Range;
        config.SessionTimeoutMs = (int)source.SessionTimeout.TotalMilliseconds;
        config.HeartbeatIntervalMs = (int)source.HeartbeatInterval.TotalMilliseconds;
        return config;
    }

    /// <summary>Reads a range of a partition without a group.</summary>
    public static ConsumerConfig RangeConsumer(KafkaClientSettings kafka) => new(Client(kafka))
    {
        GroupId = "unused",
        EnableAutoCommit = false,
        EnableAutoOffsetStore = false,
        IsolationLevel = IsolationLevel.ReadCommitted,
        AutoOffsetReset = AutoOffsetReset.Error,
        EnablePartitionEof = true,
        FetchWaitMaxMs = 50,
        FetchQueueBackoffMs = FetchQueueBackoffMillis,
        MaxPartitionFetchBytes = MaxPartitionFetchBytes,
    };

    /// <summary>A transactional producer. A commit that succeeds implies delivery, so reports are off.</summary>
    public static ProducerConfig Producer(KafkaClientSettings kafka, string transactionalId, TimeSpan transactionTimeout, string compression) =>
        new(Client(kafka))
        {
            TransactionalId = transactionalId,
            TransactionTimeoutMs = (int)transactionTimeout.TotalMilliseconds,
            EnableDeliveryReports = false,
            CompressionType = Enum.Parse<CompressionType>(compression, ignoreCase: true),
            LingerMs = 5,
            QueueBufferingMaxKbytes = 128 * 1024,
            QueueBufferingMaxMessages = 500_000,
            MessageMaxBytes = 1_000_000,
        };
}
