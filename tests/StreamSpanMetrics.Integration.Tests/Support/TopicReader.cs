using System.Diagnostics;
using Confluent.Kafka;

namespace StreamSpanMetrics.Integration.Tests.Support;

/// <summary>Reads what a topic holds now.</summary>
public static class TopicReader
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>
    /// All records from the beginning to the present end of every partition, in the order of partition and offset. With
    /// <see cref="IsolationLevel.ReadCommitted"/> the end is the last stable offset, and aborted records are left out.
    /// </summary>
    /// <exception cref="TimeoutException">The end was not reached in 30 s.</exception>
    public static IReadOnlyList<ConsumeResult<byte[]?, byte[]?>> ReadAll(
        string bootstrapServers, string topic, IsolationLevel isolation = IsolationLevel.ReadCommitted)
    {
        ConsumerConfig settings = new()
        {
            BootstrapServers = bootstrapServers,
            GroupId = Topics.UniqueName("reader"),
            IsolationLevel = isolation,
            EnableAutoCommit = false,
            EnablePartitionEof = true,
            // The client tells the end after an answer without records: where records go on arriving, only a short wait gives one.
            FetchWaitMaxMs = 10,
        };
        using IConsumer<byte[]?, byte[]?> consumer = new ConsumerBuilder<byte[]?, byte[]?>(settings).Build();
        using IAdminClient admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        int partitions = admin.GetMetadata(topic, Patience).Topics[0].Partitions.Count;
        consumer.Assign(Enumerable.Range(0, partitions).Select(partition => new TopicPartitionOffset(topic, partition, Offset.Beginning)));
        List<ConsumeResult<byte[]?, byte[]?>> records = [];
        HashSet<int> ended = [];
        Stopwatch waited = Stopwatch.StartNew();
        while (ended.Count < partitions)
        {
            // Records that go on arriving in one partition must not hide that another one stands still.
            ConsumeResult<byte[]?, byte[]?>? result = waited.Elapsed > Patience ? null : consumer.Consume(Patience);
            if (result is null)
            {
                throw new TimeoutException(
                    $"the end of {topic} was not reached; got {records.Count} records and the ends of the partitions {string.Join(", ", ended)}");
            }

            if (result.IsPartitionEOF)
            {
                ended.Add(result.Partition.Value);
            }
            else
            {
                records.Add(result);
            }
        }

        return [.. records.OrderBy(record => record.Partition.Value).ThenBy(record => record.Offset.Value)];
    }
}
