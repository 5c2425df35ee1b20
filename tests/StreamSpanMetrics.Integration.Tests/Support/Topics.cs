using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace StreamSpanMetrics.Integration.Tests.Support;

/// <summary>Creates topics for tests.</summary>
public static class Topics
{
    private static int created;

    /// <summary>A name that no other test and no other run uses.</summary>
    public static string UniqueName(string prefix) =>
        $"{prefix}-{Environment.ProcessId}-{TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()}-{Interlocked.Increment(ref created)}";

    /// <summary>Creates a topic with one replica and waits until every client can see it.</summary>
    /// <param name="bootstrapServers">The broker.</param>
    /// <param name="name">The topic's name.</param>
    /// <param name="partitions">Number of partitions.</param>
    /// <param name="settings">Topic settings, for example <c>message.timestamp.type</c>.</param>
    public static async Task CreateAsync(
        string bootstrapServers, string name, int partitions, IReadOnlyDictionary<string, string>? settings = null)
    {
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrapServers }).Build();
        TopicSpecification topic = new()
        {
            Name = name,
            NumPartitions = partitions,
            ReplicationFactor = 1,
            Configs = new Dictionary<string, string>(settings ?? new Dictionary<string, string>()),
        };
        await admin.CreateTopicsAsync([topic]);
        await Eventually.TrueAsync(
            () => IsReady(admin, name, partitions),
            () => $"topic {name} does not appear");
    }

    /// <summary>Whether a topic is there, with leaders for all partitions.</summary>
    public static bool Exists(string bootstrapServers, string name)
    {
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrapServers }).Build();
        return IsReady(admin, name, partitions: null);
    }

    private static bool IsReady(IAdminClient admin, string name, int? partitions)
    {
        TopicMetadata metadata = admin.GetMetadata(name, TimeSpan.FromSeconds(5)).Topics[0];
        return metadata.Error.Code == ErrorCode.NoError
            && (partitions is null || metadata.Partitions.Count == partitions)
            && metadata.Partitions.TrueForAll(partition => partition.Leader >= 0);
    }
}
