using Microsoft.Extensions.Logging.Abstractions;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Integration.Tests.Support;
using StreamSpanMetrics.Kafka;
using StreamSpanMetrics.Stages;
using StreamSpanMetrics.Telemetry;

namespace StreamSpanMetrics.Integration.Tests.Pipeline;

/// <summary>
/// The client waits without end for what a handler of partitions answers: whatever goes wrong in one, or around it, a member leaves its
/// group, and what went wrong comes out of the call that the handler ran in (A9).
/// </summary>
public sealed class ClosingTests(KafkaFixture kafka)
{
    private const int Partitions = 2;
    private static readonly TimeSpan Turn = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Told_to_stop_before_it_heard_of_its_partitions_a_member_leaves()
    {
        (string servers, string topic) = await TopicAsync();
        using CancellationTokenSource stop = new();
        using KafkaStageConsumer consumer = Consumer(servers, topic, GroupProtocol.Classic, stop.Token);
        Member member = new();
        consumer.Join(member);
        // Nothing is polled: the assignment waits to be handed over.
        await BecomesAsync(servers, topic, group => group.Members is [{ Partitions.Count: Partitions }]);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => EndsAsync(consumer.Close));

        Assert.DoesNotContain("assigned", member.Heard);
        await BecomesAsync(servers, topic, group => group.Members.Count == 0);
    }

    [Theory]
    [InlineData(GroupProtocol.Classic)]
    [InlineData(GroupProtocol.Consumer)]
    public async Task A_loop_that_cannot_take_partitions_is_heard_of_and_its_member_leaves(GroupProtocol protocol)
    {
        (string servers, string topic) = await TopicAsync();
        KafkaStageConsumer consumer = Consumer(servers, topic, protocol, TestContext.Current.CancellationToken);
        Member member = new() { FailsIn = "assigned" };
        consumer.Join(member);

        StageStoppedException heard = await PollUntilItThrowsAsync(consumer, member);

        Assert.Equal("assigned", heard.Message);
        await EndsAsync(consumer.Dispose);
        await BecomesAsync(servers, topic, group => group.Members.Count == 0);
    }

    [Theory]
    [InlineData(GroupProtocol.Classic)]
    [InlineData(GroupProtocol.Consumer)]
    public async Task A_last_handover_that_fails_is_heard_of_and_its_member_leaves(GroupProtocol protocol)
    {
        (string servers, string topic) = await TopicAsync();
        using KafkaStageConsumer consumer = Consumer(servers, topic, protocol, TestContext.Current.CancellationToken);
        Member member = new() { FailsIn = "revoked" };
        consumer.Join(member);
        await Eventually.TrueAsync(() => Polls(consumer, member) && member.Heard.Count > 0, () => "no partition is assigned");

        StageStoppedException heard = await Assert.ThrowsAsync<StageStoppedException>(() => EndsAsync(consumer.Close));

        Assert.Equal("revoked", heard.Message);
        await BecomesAsync(servers, topic, group => group.Members.Count == 0);
    }

    private async Task<(string Servers, string Topic)> TopicAsync()
    {
        string servers = await kafka.RequireAsync();
        string topic = Topics.UniqueName("closing");
        await Topics.CreateAsync(servers, topic, Partitions);
        return (servers, topic);
    }

    // On a thread of its own: a client that waits for ever would hold the test with it.
    private static Task EndsAsync(Action close) => Task.Factory
        .StartNew(close, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
        .WaitAsync(Deadline, TestContext.Current.CancellationToken);

    private static async Task BecomesAsync(string servers, string group, Func<GroupMembership, bool> condition)
    {
        using GroupAdmin admin = new(ClientConfigs.Client(new KafkaClientSettings { Brokers = [servers] }));
        await Eventually.TrueAsync(
            async () => condition(await admin.DescribeAsync(group)), () => $"group {group} does not become as it should");
    }

    private static async Task<StageStoppedException> PollUntilItThrowsAsync(KafkaStageConsumer consumer, Member member)
    {
        StageStoppedException? thrown = null;
        await Eventually.TrueAsync(
            () =>
            {
                thrown = Record.Exception(() => Polls(consumer, member)) as StageStoppedException;
                return thrown is not null;
            },
            () => "the failure is not heard of");
        return thrown!;
    }

    private static bool Polls(KafkaStageConsumer consumer, Member member)
    {
        consumer.Poll(Turn, member, out _);
        return true;
    }

    private static KafkaStageConsumer Consumer(string servers, string topic, GroupProtocol protocol, CancellationToken stop)
    {
        KafkaClientSettings settings = new() { Brokers = [servers] };
        StageTelemetry telemetry = new(new WorkerMetrics("test", TimeProvider.System), "aggregate", 0, TimeProvider.System);
        return new KafkaStageConsumer(
            ClientConfigs.GroupConsumer(settings, new SpanSourceSettings { Kafka = settings }, new GroupPlace(topic, protocol), withHeaders: false),
            ClientConfigs.Client(settings), topic, telemetry, TimeProvider.System, NullLogger.Instance, stop);
    }

    private sealed class Member : IPartitionEvents, IRecordReader
    {
        /// <summary>The event that throws; none by default.</summary>
        public string FailsIn { get; init; } = "";

        public List<string> Heard { get; } = [];

        public IReadOnlyDictionary<int, long> Assigned(IReadOnlyList<int> partitions)
        {
            Hear("assigned");
            return partitions.ToDictionary(partition => partition, _ => 0L);
        }

        public void Revoked(IReadOnlyList<int> partitions) => Hear("revoked");

        public void Lost(IReadOnlyList<int> partitions) => Hear("lost");

        public void ReadKey(ReadOnlySpan<byte> bytes)
        {
        }

        public void ReadValue(ReadOnlySpan<byte> bytes)
        {
        }

        private void Hear(string what)
        {
            Heard.Add(what);
            if (what == FailsIn)
            {
                throw new StageStoppedException(what);
            }
        }
    }
}
