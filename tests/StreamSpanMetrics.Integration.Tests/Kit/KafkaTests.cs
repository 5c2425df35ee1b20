using System.Text;
using Confluent.Kafka;
using StreamSpanMetrics.Integration.Tests.Support;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Integration.Tests.Kit;

public sealed class KafkaTests(KafkaFixture kafka)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_committed_reader_sees_only_committed_transactions()
    {
        string servers = await kafka.RequireAsync();
        string topic = Topics.UniqueName("transactions");
        await Topics.CreateAsync(servers, topic, partitions: 1);
        ProducerConfig settings = new() { BootstrapServers = servers, TransactionalId = topic };
        using (IProducer<Null, string> producer = new ProducerBuilder<Null, string>(settings).Build())
        {
            producer.InitTransactions(Timeout);
            producer.BeginTransaction();
            producer.Produce(topic, new Message<Null, string> { Value = "aborted" });
            producer.Flush(Timeout);
            producer.AbortTransaction(Timeout);
            producer.BeginTransaction();
            producer.Produce(topic, new Message<Null, string> { Value = "committed" });
            producer.CommitTransaction(Timeout);
            producer.BeginTransaction();
            producer.Produce(topic, new Message<Null, string> { Value = "open" });
            producer.Flush(Timeout);

            Assert.Equal(["committed"], Values(servers, topic, IsolationLevel.ReadCommitted));
            Assert.Equal(["aborted", "committed", "open"], Values(servers, topic, IsolationLevel.ReadUncommitted));
            producer.AbortTransaction(Timeout);
        }
    }

    [Fact]
    public async Task Captured_records_arrive_as_they_were_but_for_the_time()
    {
        string servers = await kafka.RequireAsync();
        string topic = Topics.UniqueName("records");
        await Topics.CreateAsync(servers, topic, RecordFile.PartitionCount);
        IReadOnlyList<CapturedRecord> records = RecordProducer.ProduceFile(servers, topic, "flask_by_trace");

        IReadOnlyList<ConsumeResult<byte[]?, byte[]?>> read = TopicReader.ReadAll(servers, topic);
        CapturedRecord[] expected = [.. records.OrderBy(record => record.Partition).ThenBy(record => record.Offset)];
        Assert.Equal(expected.Length, read.Count);
        foreach ((CapturedRecord wanted, ConsumeResult<byte[]?, byte[]?> got) in expected.Zip(read))
        {
            Assert.Equal(wanted.Partition, got.Partition.Value);
            Assert.Equal(wanted.TimestampMillis, got.Message.Timestamp.UnixTimestampMs);
            Assert.Equal(wanted.Key, got.Message.Key);
            Assert.Equal(wanted.Value, got.Message.Value);
        }
    }

    [Fact]
    public async Task A_broker_of_our_own_keeps_its_records_over_a_kill()
    {
        await using KafkaBroker broker = await Availability.OrSkipAsync(KafkaBroker.StartAsync());
        string topic = Topics.UniqueName("kill");
        await Topics.CreateAsync(broker.BootstrapServers, topic, partitions: 1);
        CapturedRecord record = new(0, 0, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(), null, "kept"u8.ToArray());
        RecordProducer.Produce(broker.BootstrapServers, topic, [record]);

        await broker.KillAsync();
        await broker.StartAgainAsync();

        Assert.Equal(["kept"], Values(broker.BootstrapServers, topic, IsolationLevel.ReadCommitted));
    }

    private static IEnumerable<string> Values(string servers, string topic, IsolationLevel isolation) =>
        TopicReader.ReadAll(servers, topic, isolation).Select(record => Encoding.UTF8.GetString(record.Message.Value!));
}
