using Microsoft.Extensions.Logging.Abstractions;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Integration.Tests.Support;
using StreamSpanMetrics.Kafka;
using StreamSpanMetrics.Stages;
using StreamSpanMetrics.Telemetry;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Integration.Tests.Pipeline;

/// <summary>A partition that leaves a member while it is held, and comes back, is read (A7, A9).</summary>
public sealed class HeldPartitionTests(KafkaFixture kafka)
{
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(50);

    [Theory]
    [InlineData(GroupProtocol.Classic)]
    [InlineData(GroupProtocol.Consumer)]
    public async Task Held_given_up_and_given_back_it_is_read(GroupProtocol protocol)
    {
        string servers = await kafka.RequireAsync();
        string topic = Topics.UniqueName("held");
        await Topics.CreateAsync(servers, topic, 2);
        Member stays = new();
        using KafkaStageConsumer first = Consumer(servers, topic, protocol);
        first.Join(stays);
        await Eventually.TrueAsync(() => Polls(first, stays) && stays.Owned.Count == 2, () => "not all partitions are assigned");
        first.Pause(0);
        first.Pause(1);

        Member leaves = new();
        using (KafkaStageConsumer second = Consumer(servers, topic, protocol))
        {
            second.Join(leaves);
            await Eventually.TrueAsync(
                () => Polls(first, stays) && Polls(second, leaves) && leaves.Owned.Count == 1, () => "the second member gets no partition");
            second.Close();
        }

        int moved = Assert.Single(leaves.Ever);
        await Eventually.TrueAsync(() => Polls(first, stays) && stays.Owned.Count == 2, () => "the partition does not come back");
        RecordProducer.Produce(servers, topic, [new CapturedRecord(moved, 0, 1, null, [1]), new CapturedRecord(1 - moved, 0, 1, null, [1])]);
        await Eventually.TrueAsync(() => Polls(first, stays) && stays.Read.Count > 0, () => $"nothing of partition {moved} is read");
        // The other one never left, and is held still.
        Assert.Equal([moved], stays.Read);
        first.Close();
    }

    private static bool Polls(KafkaStageConsumer consumer, Member member)
    {
        if (consumer.Poll(Turn, member, out PolledRecord record) == PollStatus.Record)
        {
            member.Read.Add(record.Partition);
        }

        return true;
    }

    private static KafkaStageConsumer Consumer(string servers, string topic, GroupProtocol protocol)
    {
        KafkaClientSettings settings = new() { Brokers = [servers] };
        StageTelemetry telemetry = new(new WorkerMetrics("test", TimeProvider.System), "aggregate", 0, TimeProvider.System);
        return new KafkaStageConsumer(
            ClientConfigs.GroupConsumer(settings, new SpanSourceSettings { Kafka = settings }, new GroupPlace(topic, protocol), withHeaders: false),
            ClientConfigs.Client(settings), topic, telemetry, TimeProvider.System, NullLogger.Instance, TestContext.Current.CancellationToken);
    }

    private sealed class Member : IPartitionEvents, IRecordReader
    {
        public HashSet<int> Owned { get; } = [];

        public HashSet<int> Ever { get; } = [];

        public HashSet<int> Read { get; } = [];

        public IReadOnlyDictionary<int, long> Assigned(IReadOnlyList<int> partitions)
        {
            Owned.UnionWith(partitions);
            Ever.UnionWith(partitions);
            return partitions.ToDictionary(partition => partition, _ => 0L);
        }

        public void Revoked(IReadOnlyList<int> partitions) => Owned.ExceptWith(partitions);

        public void Lost(IReadOnlyList<int> partitions) => Owned.ExceptWith(partitions);

        public void ReadKey(ReadOnlySpan<byte> bytes)
        {
        }

        public void ReadValue(ReadOnlySpan<byte> bytes)
        {
        }
    }
}
