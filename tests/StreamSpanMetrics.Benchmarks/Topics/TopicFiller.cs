using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using StreamSpanMetrics.Benchmarks.Corpora;
using StreamSpanMetrics.Commands;

namespace StreamSpanMetrics.Benchmarks.Topics;

/// <summary>Makes a topic and writes a corpus to it.</summary>
internal static class TopicFiller
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>Creates a topic whose records get the broker's time, and fills it. Nothing is compressed.</summary>
    public static async Task<FilledTopic> FillAsync(string bootstrapServers, string name, TopicOptions options, ProgressView view)
    {
        await CreateAsync(bootstrapServers, name);
        CorpusGenerator corpus = new(CorpusShape.ForSeries(options.Series, options.SpansPerRecord, options.Spans));
        ProducerConfig settings = new()
        {
            BootstrapServers = bootstrapServers,
            EnableIdempotence = true,
            LingerMs = 20,
            CompressionType = CompressionType.None,
            QueueBufferingMaxMessages = 100_000,
        };
        using IProducer<byte[]?, byte[]> producer = new ProducerBuilder<byte[]?, byte[]>(settings).Build();
        Error? failure = null;
        long records = 0;
        long bytes = 0;
        foreach (byte[] value in corpus.Records())
        {
            // As the Collector does: batches have no key and go round, traces go by the hexadecimal text of their id.
            Message<byte[]?, byte[]> message = options.Shape == TopicShape.Batch
                ? new() { Value = value }
                : new() { Key = Encoding.ASCII.GetBytes(Convert.ToHexStringLower(corpus.TraceId)), Value = value };
            Partition partition = options.Shape == TopicShape.Batch ? (int)(records % TopicOptions.Partitions) : Partition.Any;
            Produce(producer, new TopicPartition(name, partition), message, report => failure = report.Error.IsError ? report.Error : failure);
            records++;
            bytes += value.Length;
            view.Report("filling the topic", Math.Min(records * options.SpansPerRecord, options.Spans), options.Spans, "spans");
        }

        int left = producer.Flush(Patience);
        return failure is null && left == 0
            ? new FilledTopic(bootstrapServers, name, options.Spans, records, bytes)
            : throw new InvalidOperationException($"{left} records did not reach the broker: {failure?.Reason ?? "no answer"}");
    }

    private static async Task CreateAsync(string bootstrapServers, string name)
    {
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = bootstrapServers }).Build();
        TopicSpecification topic = new()
        {
            Name = name,
            NumPartitions = TopicOptions.Partitions,
            ReplicationFactor = 1,
            Configs = new Dictionary<string, string> { ["message.timestamp.type"] = "LogAppendTime", ["max.message.bytes"] = "8388608" },
        };
        await admin.CreateTopicsAsync([topic]);
    }

    // A full queue empties at the broker's speed.
    private static void Produce(
        IProducer<byte[]?, byte[]> producer, TopicPartition target, Message<byte[]?, byte[]> message,
        Action<DeliveryReport<byte[]?, byte[]>> report)
    {
        while (true)
        {
            try
            {
                producer.Produce(target, message, report);
                return;
            }
            catch (ProduceException<byte[]?, byte[]> full) when (full.Error.Code == ErrorCode.Local_QueueFull)
            {
                producer.Poll(TimeSpan.FromMilliseconds(20));
            }
        }
    }
}
