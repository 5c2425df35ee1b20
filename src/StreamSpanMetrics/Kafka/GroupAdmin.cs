using Confluent.Kafka;
using Confluent.Kafka.Admin;
using StreamSpanMetrics.Core.Settings;

namespace StreamSpanMetrics.Kafka;

/// <summary>Looks at consumer groups without joining them.</summary>
internal sealed class GroupAdmin : IDisposable
{
    // Longer than a transaction of a worker that died lives, and the broker's look for such ones.
    private const int StableAttempts = 100;
    private static readonly TimeSpan StablePause = TimeSpan.FromMilliseconds(250);

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

    /// <summary>
    /// As <see cref="CommittedAsync"/>, but waits while a transaction over one of the offsets is being settled. Throws a
    /// <see cref="KafkaException"/> if it takes too long.
    /// </summary>
    public async Task<IReadOnlyDictionary<int, long>> StableCommittedAsync(string group, string topic, int partitions)
    {
        List<TopicPartition> asked = [.. Enumerable.Range(0, partitions).Select(partition => new TopicPartition(topic, partition))];
        ListConsumerGroupOffsetsOptions options = new() { RequestTimeout = TopicAdmin.AskTimeout, RequireStableOffsets = true };
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                List<ListConsumerGroupOffsetsResult> results = await admin
                    .ListConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitions(group, asked)], options).ConfigureAwait(false);
                return results[0].Partitions
                    .Where(partition => !partition.Offset.IsSpecial)
                    .ToDictionary(partition => partition.Partition.Value, partition => partition.Offset.Value);
            }
            catch (ListConsumerGroupOffsetsException exception) when (attempt < StableAttempts && IsUnstable(exception))
            {
                await Task.Delay(StablePause).ConfigureAwait(false);
            }
        }
    }

    /// <summary>
    /// Sets committed offsets of a group without members. The broker refuses with a <see cref="KafkaException"/> if there are any.
    /// </summary>
    public Task SetAsync(string group, string topic, IReadOnlyDictionary<int, long> offsets) => admin.AlterConsumerGroupOffsetsAsync(
        [new ConsumerGroupTopicPartitionOffsets(group, [.. offsets.Select(offset => new TopicPartitionOffset(topic, offset.Key, offset.Value))])],
        new AlterConsumerGroupOffsetsOptions { RequestTimeout = TopicAdmin.AskTimeout });

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

    /// <summary>The membership of nobody, as offsets of a group without members are sent in a transaction.</summary>
    public static IConsumerGroupMetadata EmptyMembership(KafkaClientSettings kafka, string group)
    {
        ConsumerConfig config = ClientConfigs.RangeConsumer(kafka);
        config.GroupId = group;
        using IConsumer<Ignore, Ignore> consumer = new ConsumerBuilder<Ignore, Ignore>(config).Build();
        return consumer.ConsumerGroupMetadata;
    }

    /// <inheritdoc/>
    public void Dispose() => admin.Dispose();

    private static bool IsUnstable(ListConsumerGroupOffsetsException exception) => exception.Results
        .Exists(group => group.Partitions.Exists(partition => partition.Error.Code == ErrorCode.UnstableOffsetCommit));

    // The broker writes the address of a host as "/10.0.0.1".
    private static GroupMember Member(MemberDescription member) =>
        new(member.ConsumerId, member.ClientId, member.Host.TrimStart('/'), member.Assignment?.TopicPartitions ?? []);
}
