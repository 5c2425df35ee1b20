using Confluent.Kafka;
using Confluent.Kafka.Admin;
using StreamSpanMetrics.Kafka;

namespace StreamSpanMetrics.Commands.Views;

/// <summary>Looks at one stage's group and the topic it reads.</summary>
internal sealed class GroupInspection
{
    private readonly TopicAdmin topics;
    private readonly GroupAdmin groups;
    private readonly PartitionPeek peek;

    public GroupInspection(TopicAdmin topics, GroupAdmin groups, PartitionPeek peek)
    {
        this.topics = topics;
        this.groups = groups;
        this.peek = peek;
    }

    /// <summary>The group's lag. Throws a <see cref="KafkaException"/> if no broker answers.</summary>
    public async Task<GroupLag> RunAsync(string stage, string group, string topic, CancellationToken stop)
    {
        int count = await topics.PartitionCountAsync(topic).ConfigureAwait(false);
        if (count == 0)
        {
            throw new ViewException($"the topic {topic} does not exist", ExitCode.CouldNotStart);
        }

        GroupMembership membership = await groups.DescribeAsync(group).ConfigureAwait(false);
        // Committed offsets before ends: what happens in between makes the lag too large for once, never negative.
        IReadOnlyDictionary<int, long> committed = await groups.CommittedAsync(group, topic, count).ConfigureAwait(false);
        IReadOnlyDictionary<int, long> stable = await topics
            .OffsetsAsync(topic, count, OffsetSpec.Latest(), IsolationLevel.ReadCommitted).ConfigureAwait(false);
        IReadOnlyDictionary<int, OffsetRange> logs = await ApplicationLook.OffsetsAsync(topics, topic, count).ConfigureAwait(false);
        Dictionary<TopicPartition, OffsetRange> waiting = [];
        foreach ((int partition, OffsetRange log) in logs)
        {
            long from = Math.Max(committed.GetValueOrDefault(partition, log.From), log.From);
            waiting.Add(new TopicPartition(topic, partition), new OffsetRange(from, Math.Max(from, stable[partition])));
        }

        Dictionary<TopicPartition, double> seconds = SecondsBehind(waiting, stop);
        List<PartitionLag> lags = [];
        foreach ((TopicPartition partition, OffsetRange range) in waiting.OrderBy(range => range.Key.Partition.Value))
        {
            int number = partition.Partition.Value;
            bool hasRecords = seconds.TryGetValue(partition, out double behind);
            lags.Add(new PartitionLag
            {
                Partition = number,
                LogStartOffset = logs[number].From,
                CommittedOffset = committed.TryGetValue(number, out long offset) ? offset : null,
                StableOffset = stable[number],
                EndOffset = logs[number].To,
                RecordsBehind = hasRecords ? range.To - range.From : 0,
                SecondsBehind = hasRecords ? behind : 0,
                Owner = OwnerOf(partition, membership),
            });
        }

        return new GroupLag
        {
            Stage = stage,
            Group = group,
            Topic = topic,
            State = membership.State,
            Members = membership.Members.Count,
            RecordsBehind = lags.Sum(lag => lag.RecordsBehind),
            SecondsBehind = lags.Max(lag => lag.SecondsBehind),
            Partitions = lags,
        };
    }

    // Only partitions with a record in their range: what transactions leave behind a group's offset is a marker.
    private Dictionary<TopicPartition, double> SecondsBehind(Dictionary<TopicPartition, OffsetRange> waiting, CancellationToken stop)
    {
        IReadOnlyDictionary<TopicPartition, ConsumeResult<byte[]?, byte[]?>> first = peek.First(waiting, stop);
        Dictionary<TopicPartition, OffsetRange> behind = first.ToDictionary(
            record => record.Key, record => waiting[record.Key] with { From = record.Value.Offset.Value });
        IReadOnlyDictionary<TopicPartition, ConsumeResult<byte[]?, byte[]?>> last = peek.Last(behind, _ => true, stop);
        return first.ToDictionary(record => record.Key, record => Seconds(record.Value, last.GetValueOrDefault(record.Key, record.Value)));
    }

    private static double Seconds(ConsumeResult<byte[]?, byte[]?> first, ConsumeResult<byte[]?, byte[]?> last) =>
        Math.Max(0, (last.Message.Timestamp.UnixTimestampMs - first.Message.Timestamp.UnixTimestampMs) / 1000.0);

    private static PartitionOwner? OwnerOf(TopicPartition partition, GroupMembership membership)
    {
        GroupMember? owner = membership.Members.FirstOrDefault(member => member.Partitions.Contains(partition));
        return owner is null ? null : new PartitionOwner(owner.Id, owner.ClientId, owner.Host);
    }
}
