using Confluent.Kafka;

namespace StreamSpanMetrics.Kafka;

/// <summary>A member of a consumer group.</summary>
/// <param name="Id">Its id in the group.</param>
/// <param name="ClientId">Its client id.</param>
/// <param name="Host">The host that the broker sees.</param>
/// <param name="Partitions">What it owns.</param>
internal sealed record GroupMember(string Id, string ClientId, string Host, IReadOnlyList<TopicPartition> Partitions);
