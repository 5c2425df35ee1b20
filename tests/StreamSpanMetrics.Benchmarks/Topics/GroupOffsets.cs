using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace StreamSpanMetrics.Benchmarks.Topics;

/// <summary>How far a consumer group has come, as the broker knows it.</summary>
internal sealed class GroupOffsets : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(10);

    private readonly IAdminClient admin;
    private readonly ConsumerGroupTopicPartitions asked;
    private readonly long records;

    /// <summary>Looks at one group and the topic that it reads.</summary>
    public GroupOffsets(FilledTopic topic, string group)
    {
        records = topic.Records;
        admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = topic.BootstrapServers }).Build();
        asked = new ConsumerGroupTopicPartitions(
            group, [.. Enumerable.Range(0, TopicOptions.Partitions).Select(number => new TopicPartition(topic.Name, number))]);
    }

    /// <summary>Waits until the group has committed all records of the topic.</summary>
    /// <param name="reader">Has to go on running meanwhile.</param>
    public Task BecomeCompleteAsync(ChildProcess reader) => Polling.TrueAsync(
        async () => await CommittedAsync() >= records
            || (reader.HasExited ? throw new InvalidOperationException($"ended with {reader.ExitCode}:\n{reader.Output}") : false),
        () => $"not everything was read:\n{reader.Output}",
        Deadline,
        CancellationToken.None,
        Pause);

    /// <inheritdoc/>
    public void Dispose() => admin.Dispose();

    private async Task<long> CommittedAsync()
    {
        List<ListConsumerGroupOffsetsResult> answers = await admin.ListConsumerGroupOffsetsAsync(
            [asked], new ListConsumerGroupOffsetsOptions { RequireStableOffsets = false });
        return answers[0].Partitions.Sum(partition => Math.Max(0, partition.Offset.Value));
    }
}
