using Confluent.Kafka;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Integration.Tests.Support;

/// <summary>Writes captured records to a topic as they were: partition, key, value and timestamp.</summary>
public static class RecordProducer
{
    /// <summary>Writes the records in their order and waits until the broker has all of them.</summary>
    public static void Produce(string bootstrapServers, string topic, IEnumerable<CapturedRecord> records)
    {
        ProducerConfig settings = new() { BootstrapServers = bootstrapServers, EnableIdempotence = true, LingerMs = 5 };
        using IProducer<byte[]?, byte[]> producer = new ProducerBuilder<byte[]?, byte[]>(settings).Build();
        List<Error> errors = [];
        foreach (CapturedRecord record in records)
        {
            Message<byte[]?, byte[]> message = new()
            {
                Key = record.Key,
                Value = record.Value,
                Timestamp = new Timestamp(record.TimestampMillis, TimestampType.CreateTime),
            };
            producer.Produce(new TopicPartition(topic, record.Partition), message, report =>
            {
                if (report.Error.IsError)
                {
                    errors.Add(report.Error);
                }
            });
        }

        producer.Flush(TestContext.Current.CancellationToken);
        Assert.Empty(errors);
    }

    /// <summary>Writes the records of a file moved in time so that the newest is now; differences stay.</summary>
    /// <param name="bootstrapServers">The broker.</param>
    /// <param name="topic">A topic with at least <see cref="RecordFile.PartitionCount"/> partitions.</param>
    /// <param name="name">Name of the file, for example <c>flask</c>.</param>
    /// <returns>The records as written.</returns>
    public static IReadOnlyList<CapturedRecord> ProduceFile(string bootstrapServers, string topic, string name)
    {
        long nowMillis = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        IReadOnlyList<CapturedRecord> records = RecordFile.Shift(RecordFile.Read(name), nowMillis);
        Produce(bootstrapServers, topic, records);
        return records;
    }
}
