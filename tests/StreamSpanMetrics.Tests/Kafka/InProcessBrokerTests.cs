using System.Text;
using Confluent.Kafka;
using StreamSpanMetrics.Kafka;

namespace StreamSpanMetrics.Tests.Kafka;

public sealed class InProcessBrokerTests : IDisposable
{
    private readonly InProcessBroker broker = InProcessBroker.Start();

    public void Dispose() => broker.Dispose();

    [Fact]
    public void It_listens_on_the_loopback_address()
    {
        Assert.Matches("^127\\.0\\.0\\.1:[0-9]+$", broker.BootstrapServers);
    }

    [Fact]
    public void Topics_have_four_partitions_and_creating_one_twice_is_harmless()
    {
        Assert.Equal(InProcessBroker.PartitionsPerTopic, broker.CreateTopic("otlp_spans"));
        Assert.Equal(InProcessBroker.PartitionsPerTopic, broker.CreateTopic("otlp_spans"));
        Assert.Equal(InProcessBroker.PartitionsPerTopic, broker.CreateTopic("spanmetrics.deltas"));
    }

    [Fact]
    public void A_produced_record_is_consumed()
    {
        broker.CreateTopic("plain");
        using (IProducer<byte[], byte[]> producer = Producer(null))
        {
            producer.Produce(new TopicPartition("plain", 2), Message("k", "hello"));
            Assert.Equal(0, producer.Flush(TimeSpan.FromSeconds(10)));
        }

        ConsumeResult<byte[], byte[]> result = ReadFirst("plain", 2);
        Assert.Equal("k", Encoding.UTF8.GetString(result.Message.Key));
        Assert.Equal("hello", Encoding.UTF8.GetString(result.Message.Value));
        Assert.Equal(0, result.Offset.Value);
    }

    [Fact]
    public void A_committed_transaction_is_consumed()
    {
        broker.CreateTopic("transactional");
        using (IProducer<byte[], byte[]> producer = Producer("demo-merge-0"))
        {
            producer.InitTransactions(TimeSpan.FromSeconds(10));
            producer.BeginTransaction();
            producer.Produce(new TopicPartition("transactional", 3), Message("k", "in a transaction"));
            producer.CommitTransaction(TimeSpan.FromSeconds(10));
        }

        ConsumeResult<byte[], byte[]> result = ReadFirst("transactional", 3);
        Assert.Equal("in a transaction", Encoding.UTF8.GetString(result.Message.Value));
    }

    private static Message<byte[], byte[]> Message(string key, string value)
    {
        return new Message<byte[], byte[]> { Key = Encoding.UTF8.GetBytes(key), Value = Encoding.UTF8.GetBytes(value) };
    }

    private IProducer<byte[], byte[]> Producer(string? transactionalId)
    {
        ProducerConfig config = new() { BootstrapServers = broker.BootstrapServers, LingerMs = 0 };
        if (transactionalId is not null)
        {
            config.TransactionalId = transactionalId;
        }

        return new ProducerBuilder<byte[], byte[]>(config).Build();
    }

    private ConsumeResult<byte[], byte[]> ReadFirst(string topic, int partition)
    {
        ConsumerConfig config = new()
        {
            BootstrapServers = broker.BootstrapServers,
            GroupId = "reader",
            EnableAutoCommit = false,
            IsolationLevel = IsolationLevel.ReadCommitted,
        };
        using IConsumer<byte[], byte[]> consumer = new ConsumerBuilder<byte[], byte[]>(config).Build();
        consumer.Assign(new TopicPartitionOffset(topic, partition, Offset.Beginning));
        ConsumeResult<byte[], byte[]>? result = consumer.Consume(TimeSpan.FromSeconds(10));
        Assert.NotNull(result);
        return result;
    }
}
