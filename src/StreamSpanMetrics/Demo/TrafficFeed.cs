using Confluent.Kafka;
using StreamSpanMetrics.Core.Settings;

namespace StreamSpanMetrics.Demo;

/// <summary>Writes the shop's traffic to the span topic, as a Collector's Kafka exporter does: one record per batch, without a key.</summary>
internal sealed class TrafficFeed
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan FlushTimeout = TimeSpan.FromSeconds(10);

    private readonly ProcessorSettings settings;
    private readonly ShopTraffic traffic;
    private readonly TimeProvider time;

    public TrafficFeed(ProcessorSettings settings, ShopTraffic traffic, TimeProvider time)
    {
        this.settings = settings;
        this.traffic = traffic;
        this.time = time;
    }

    /// <summary>Writes until <paramref name="stop"/> is set, then waits until all is written.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        ProducerConfig config = new()
        {
            BootstrapServers = string.Join(',', settings.Source.Kafka.Brokers),
            LingerMs = 5,
            CompressionType = CompressionType.Lz4,
        };
        using IProducer<Null, byte[]> producer = new ProducerBuilder<Null, byte[]>(config).SetLogHandler((_, _) => { }).Build();
        using PeriodicTimer timer = new(Pace, time);
        long last = time.GetTimestamp();
        try
        {
            while (await timer.WaitForNextTickAsync(stop).ConfigureAwait(false))
            {
                long now = time.GetTimestamp();
                foreach (TrafficRecord record in traffic.NextBatch(time.GetUtcNow(), time.GetElapsedTime(last, now)))
                {
                    producer.Produce(settings.Source.Topic, new Message<Null, byte[]> { Value = record.Value });
                }

                last = now;
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The end of the traffic: what was made is still on its way.
            producer.Flush(FlushTimeout);
        }
    }
}
