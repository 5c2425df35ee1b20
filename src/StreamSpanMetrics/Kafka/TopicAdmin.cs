using System.Buffers.Binary;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace StreamSpanMetrics.Kafka;

/// <summary>Looks at topics and creates them.</summary>
internal sealed class TopicAdmin : IDisposable
{
    /// <summary>How long an answer of the brokers is waited for.</summary>
    public static readonly TimeSpan AskTimeout = TimeSpan.FromSeconds(10);

    private readonly ClientTrouble trouble = new();
    private readonly IAdminClient admin;

    /// <summary>An administrator over the given connection.</summary>
    public TopicAdmin(ClientConfig config) =>
        // Errors reach the caller as exceptions; what the client says besides is kept to explain them.
        admin = new AdminClientBuilder(config)
            .SetLogHandler((_, line) => trouble.Note(line))
            .SetErrorHandler((_, error) => trouble.Note(error))
            .Build();

    /// <summary>
    /// An answer, or a <see cref="KafkaException"/> well after the time that the client was given for it: after a restart of the broker
    /// questions were seen that had neither an answer nor an error.
    /// </summary>
    public static async Task<T> WithinAsync<T>(Task<T> question, TimeProvider time, CancellationToken cancel = default)
    {
        try
        {
            return await question.WaitAsync(2 * AskTimeout, time, cancel).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new KafkaException(new Error(ErrorCode.Local_TimedOut, "neither an answer nor an error"));
        }
    }

    /// <summary>Why <paramref name="exception"/> came, as far as the client knows.</summary>
    public string Reason(KafkaException exception) => trouble.Explain(exception.Error.Reason);

    /// <summary>
    /// Number of partitions; 0 if the topic does not exist. Describes the topic instead of asking for its metadata, which could make
    /// the broker create it (S5). Throws a <see cref="KafkaException"/> if no broker answers.
    /// </summary>
    public async Task<int> PartitionCountAsync(string topic)
    {
        try
        {
            DescribeTopicsResult result = await admin
                .DescribeTopicsAsync(TopicCollection.OfTopicNames([topic]), new DescribeTopicsOptions { RequestTimeout = AskTimeout })
                .ConfigureAwait(false);
            trouble.Clear();
            return result.TopicDescriptions[0].Partitions.Count;
        }
        catch (DescribeTopicsException exception)
            when (exception.Results.TopicDescriptions.Exists(topic => topic.Error.Code == ErrorCode.UnknownTopicOrPart))
        {
            trouble.Clear();
            return 0;
        }
    }

    /// <summary>Creates a topic; false if it exists already.</summary>
    public async Task<bool> CreateAsync(TopicPlan plan, int replicationFactor)
    {
        TopicSpecification specification = new()
        {
            Name = plan.Name,
            NumPartitions = plan.Partitions,
            ReplicationFactor = (short)replicationFactor,
            Configs = new Dictionary<string, string>(plan.Configs),
        };
        try
        {
            await admin.CreateTopicsAsync([specification], new CreateTopicsOptions { RequestTimeout = AskTimeout }).ConfigureAwait(false);
            return true;
        }
        catch (CreateTopicsException exception) when (exception.Results[0].Error.Code == ErrorCode.TopicAlreadyExists)
        {
            return false;
        }
    }

    /// <summary>The settings of a topic, by name.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ConfigsAsync(string topic)
    {
        ConfigResource resource = new() { Type = ResourceType.Topic, Name = topic };
        List<DescribeConfigsResult> results = await admin
            .DescribeConfigsAsync([resource], new DescribeConfigsOptions { RequestTimeout = AskTimeout }).ConfigureAwait(false);
        return results[0].Entries.ToDictionary(entry => entry.Key, entry => entry.Value.Value ?? "");
    }

    /// <summary>First or next offset of every partition; read committed, the next one is before the first open transaction.</summary>
    public async Task<IReadOnlyDictionary<int, long>> OffsetsAsync(
        string topic, int partitions, OffsetSpec spec, IsolationLevel isolation = IsolationLevel.ReadUncommitted)
    {
        IEnumerable<TopicPartitionOffsetSpec> asked = Enumerable.Range(0, partitions)
            .Select(partition => new TopicPartitionOffsetSpec { TopicPartition = new(topic, partition), OffsetSpec = spec });
        ListOffsetsOptions options = new() { IsolationLevel = isolation, RequestTimeout = AskTimeout };
        ListOffsetsResult result = await admin.ListOffsetsAsync(asked, options).ConfigureAwait(false);
        return result.ResultInfos.ToDictionary(
            info => info.TopicPartitionOffsetError.Partition.Value, info => info.TopicPartitionOffsetError.Offset.Value);
    }

    /// <summary>Next offset of a partition, uncommitted records included.</summary>
    public async Task<long> EndOffsetAsync(TopicPartition partition)
    {
        ListOffsetsOptions options = new() { IsolationLevel = IsolationLevel.ReadUncommitted, RequestTimeout = AskTimeout };
        ListOffsetsResult result = await admin
            .ListOffsetsAsync([new TopicPartitionOffsetSpec { TopicPartition = partition, OffsetSpec = OffsetSpec.Latest() }], options)
            .ConfigureAwait(false);
        return result.ResultInfos[0].TopicPartitionOffsetError.Offset.Value;
    }

    /// <summary>Id of the topic.</summary>
    public Task<byte[]> TopicIdAsync(string topic) => TopicIdAsync(admin, topic);

    /// <summary>Id of the topic, 16 bytes; empty where the brokers have none.</summary>
    internal static async Task<byte[]> TopicIdAsync(IAdminClient admin, string topic)
    {
        try
        {
            DescribeTopicsResult result = await admin
                .DescribeTopicsAsync(TopicCollection.OfTopicNames([topic]), new DescribeTopicsOptions { RequestTimeout = AskTimeout })
                .ConfigureAwait(false);
            Uuid id = result.TopicDescriptions[0].TopicId;
            byte[] bytes = new byte[2 * sizeof(long)];
            BinaryPrimitives.WriteInt64BigEndian(bytes, id.MostSignificantBits);
            BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(sizeof(long)), id.LeastSignificantBits);
            return bytes;
        }
        catch (KafkaException exception) when (exception.Error.Code is ErrorCode.Local_UnsupportedFeature or ErrorCode.UnsupportedVersion)
        {
            // Brokers before 2.8 have no topic ids: a topic that was deleted and made anew is then not noticed by its id.
            return [];
        }
    }

    /// <inheritdoc/>
    public void Dispose() => admin.Dispose();
}
