using Confluent.Kafka;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using StreamSpanMetrics.Core.Settings;

namespace StreamSpanMetrics.Demo;

/// <summary>Reads the metrics topic from its beginning, like any other consumer would, and hands the points to the table and the page.</summary>
internal sealed class PointFeed
{
    private static readonly TimeSpan PollTimeout = TimeSpan.FromMilliseconds(100);

    private readonly ProcessorSettings settings;
    private readonly RedTable table;
    private readonly SeriesPage page;

    public PointFeed(ProcessorSettings settings, RedTable table, SeriesPage page)
    {
        this.settings = settings;
        this.table = table;
        this.page = page;
    }

    /// <summary>Reads until <paramref name="stop"/> is set. Takes a thread.</summary>
    public void Run(CancellationToken stop)
    {
        ConsumerConfig config = new()
        {
            BootstrapServers = string.Join(',', settings.Source.Kafka.Brokers),
            GroupId = "demo-view",
            EnableAutoCommit = false,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            FetchWaitMaxMs = 100,
        };
        using IConsumer<byte[]?, byte[]?> consumer = new ConsumerBuilder<byte[]?, byte[]?>(config)
            .SetKeyDeserializer(Deserializers.ByteArray!)
            .SetValueDeserializer(Deserializers.ByteArray!)
            .SetLogHandler((_, _) => { })
            .Build();
        string topic = settings.MetricsTopic.Topic;
        consumer.Assign(Enumerable.Range(0, settings.Stream.Shards).Select(partition => new TopicPartitionOffset(topic, partition, 0)));
        while (!stop.IsCancellationRequested)
        {
            ConsumeResult<byte[]?, byte[]?>? record = consumer.Consume(PollTimeout);
            if (record is not null)
            {
                ExportMetricsServiceRequest points = ExportMetricsServiceRequest.Parser.ParseFrom(record.Message.Value ?? []);
                table.Accept(record.Message.Key ?? [], points);
                page.Accept(record.Message.Key ?? [], points);
            }
        }
    }
}
