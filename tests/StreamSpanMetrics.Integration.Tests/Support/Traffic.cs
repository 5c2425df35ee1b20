using Confluent.Kafka;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Integration.Tests.Support;

/// <summary>Spans that keep flowing into a topic until they are told to stop; a broker that is away is waited for.</summary>
public sealed class Traffic : IAsyncDisposable
{
    private const int SpansPerRecord = 5;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly List<byte[]> values = [];
    private readonly List<Error> errors = [];
    private readonly CancellationTokenSource stop = new();
    private readonly IProducer<Null, byte[]> producer;
    private readonly string topic;
    private readonly Task flow;
    private int sent;

    private Traffic(string bootstrapServers, string topic, int seed)
    {
        this.topic = topic;
        ProducerConfig settings = new()
        {
            BootstrapServers = bootstrapServers,
            EnableIdempotence = true,
            LingerMs = 5,
            MessageTimeoutMs = (int)Patience.TotalMilliseconds,
            ReconnectBackoffMaxMs = 1000,
            TopicMetadataRefreshIntervalMs = 1000,
        };
        producer = new ProducerBuilder<Null, byte[]>(settings).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        flow = Task.Run(() => FlowAsync(new SpanMaker(seed)));
    }

    /// <summary>Partitions to write to in turn; may grow with the topic.</summary>
    public int Partitions { get; set; } = RecordFile.PartitionCount;

    /// <summary>Records handed to the producer so far.</summary>
    public int Sent => Volatile.Read(ref sent);

    /// <summary>Starts about 50 records a second, in turn over the captured records' number of partitions.</summary>
    public static Traffic Start(string bootstrapServers, string topic, int seed) => new(bootstrapServers, topic, seed);

    /// <summary>Waits until this many more records are on their way than now.</summary>
    public async Task WaitForMoreAsync(int records)
    {
        int goal = Sent + records;
        await Eventually.TrueAsync(() => Sent >= goal, () => $"only {Sent} of {goal} records were produced", Patience);
    }

    /// <summary>Ends the flow, waits until the broker has all of it, and returns the values of all records.</summary>
    public async Task<IReadOnlyList<byte[]>> StopAsync()
    {
        await stop.CancelAsync();
        await flow;
        producer.Flush(TestContext.Current.CancellationToken);
        Assert.Empty(errors);
        return values;
    }

    /// <summary>Ends the flow.</summary>
    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await flow;
        producer.Dispose();
        stop.Dispose();
    }

    private async Task FlowAsync(SpanMaker spans)
    {
        while (!stop.IsCancellationRequested)
        {
            byte[] value = spans.Next(SpansPerRecord);
            values.Add(value);
            Send(value, values.Count % Partitions);
            Interlocked.Increment(ref sent);
            await Task.Delay(Pause, CancellationToken.None);
        }
    }

    private void Send(byte[] value, int partition)
    {
        try
        {
            producer.Produce(new TopicPartition(topic, partition), new Message<Null, byte[]> { Value = value }, NoteError);
        }
        catch (ProduceException<Null, byte[]> exception) when (exception.Error.Code == ErrorCode.Local_UnknownPartition)
        {
            // The client has not heard yet that the topic has grown.
            Send(value, partition % RecordFile.PartitionCount);
        }
    }

    private void NoteError(DeliveryReport<Null, byte[]> report)
    {
        if (report.Error.IsError)
        {
            errors.Add(report.Error);
        }
    }
}
