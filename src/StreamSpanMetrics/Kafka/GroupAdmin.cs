using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace StreamSpanMetrics.Kafka;

/// <summary>Looks at consumer groups without joining them.</summary>
internal sealed class GroupAdmin : IDisposable
{
    private readonly IAdminClient admin;

    /// <summary>An administrator over the given connection.</summary>
    public GroupAdmin(ClientConfig config) =>
        admin = new AdminClientBuilder(config).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();

    /// <summary>Committed offset by partition; a partition without one is left out. Throws a <see cref="KafkaException"/>.</summary>
    public async Task<IReadOnlyDictionary<int, long>> CommittedAsync(string group, string topic, int partitions)
    {
        List<TopicPartition> asked = [.. Enumerable.Range(0, partitions).Select(partition => new TopicPartition(topic, partition))];
        ListConsumerGroupOffsetsOptions options = new() { RequestTimeout = TopicAdmin.AskTimeout };
        List<ListConsumerGroupOffsetsResult> results = await admin
            .ListConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitions(group, asked)], options).ConfigureAwait(false);
        return results[0].Partitions
            .Where(partition => !partition.Error.IsError && !partition.Offset.IsSpecial)
            .ToDictionary(partition => partition.Partition.Value, partition => partition.Offset.Value);
    }

    /// <summary>State and members of a group; a group that does not exist is dead. Throws a <see cref="KafkaException"/>.</summary>
    public async Task<GroupMembership> DescribeAsync(string group)
    {
        DescribeConsumerGroupsOptions options = new() { RequestTimeout = TopicAdmin.AskTimeout };
        try
        {
            DescribeConsumerGroupsResult result = await admin.DescribeConsumerGroupsAsync([group], options).ConfigureAwait(false);
            ConsumerGroupDescription found = result.ConsumerGroupDescriptions[0];
            return new GroupMembership(found.State.ToString(), [.. found.Members.Select(Member)]);
        }
        catch (DescribeConsumerGroupsException exception)
            when (exception.Results.ConsumerGroupDescriptions.TrueForAll(found => found.Error.Code == ErrorCode.GroupIdNotFound))
        {
            return new GroupMembership(nameof(ConsumerGroupState.Dead), []);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => admin.Dispose();

    // The broker writes the address of a host as "/10.0.0.1".
    private static GroupMember Member(MemberDescription member) =>
        new(member.ConsumerId, member.ClientId, member.Host.TrimStart('/'), member.Assignment?.TopicPartitions ?? []);
}
