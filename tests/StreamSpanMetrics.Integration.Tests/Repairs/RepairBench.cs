using System.CommandLine;
using System.Text.RegularExpressions;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using StreamSpanMetrics.Commands;
using StreamSpanMetrics.Integration.Tests.Support;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Integration.Tests.Repairs;

/// <summary>An application with a worker and known spans, to be damaged and repaired by the commands that it prints itself.</summary>
internal sealed partial class RepairBench : IAsyncDisposable
{
    public static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private static readonly Dictionary<string, string> AppendTime = new() { ["message.timestamp.type"] = "LogAppendTime" };

    private readonly SpanMaker spans = new(seed: 21);
    private readonly List<byte[]>[] values = new List<byte[]>[RecordFile.PartitionCount];
    private readonly TemporaryFolder folder = new();

    private RepairBench(string servers, string topic, string stream, string receiver, string encoding)
    {
        Servers = servers;
        Application = new StreamApplication(servers, topic) { Stream = stream, Receiver = receiver, Encoding = encoding };
        for (int partition = 0; partition < values.Length; partition++)
        {
            values[partition] = [];
        }
    }

    public string Servers { get; }

    public StreamApplication Application { get; }

    public WorkerProcess Worker { get; private set; } = null!;

    /// <summary>All values, by partition, in the order of their offsets.</summary>
    public IReadOnlyList<IReadOnlyList<byte[]>> Values => values;

    public static async Task<RepairBench> StartAsync(
        KafkaFixture kafka, string stream = "shards: 4", string receiver = "", string encoding = "otlp_proto")
    {
        string servers = await kafka.RequireAsync();
        string topic = Topics.UniqueName("spans");
        await Topics.CreateAsync(servers, topic, RecordFile.PartitionCount, AppendTime);
        RepairBench bench = new(servers, topic, stream, receiver, encoding);
        await bench.StartWorkerAsync();
        return bench;
    }

    public async Task StartWorkerAsync()
    {
        Worker = Application.StartWorker();
        await Worker.WaitForOutputAsync("started: stages", Deadline);
    }

    /// <summary>Starts a worker that ends by itself: at its start, or when it is given a shard.</summary>
    public async Task FailToStartAsync()
    {
        Worker = Application.StartWorker();
        Assert.True(await Worker.WaitForExitAsync(Deadline) is 3 or 4, Worker.Output);
    }

    public async Task StopWorkerAsync()
    {
        Worker.Stop();
        Assert.True(await Worker.WaitForExitAsync(Deadline) == 0, Worker.Output);
    }

    /// <summary>Writes records to every partition.</summary>
    public void Produce(int recordsEach)
    {
        long nowMillis = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        List<CapturedRecord> records = [];
        for (int record = 0; record < recordsEach; record++)
        {
            for (int partition = 0; partition < values.Length; partition++)
            {
                values[partition].Add(spans.Next(3));
                byte[] value = Application.Encoding == "otlp_json" ? JsonRequest.Of(values[partition][^1]) : values[partition][^1];
                records.Add(new CapturedRecord(partition, 0, nowMillis, null, value));
            }
        }

        RecordProducer.Produce(Servers, Application.SourceTopic, records);
    }

    /// <summary>Waits until the newest points are the truth of some values.</summary>
    public async Task BecomesAsync(IEnumerable<byte[]> expected)
    {
        SpanTruth truth = SpanTruth.Of(expected);
        long seen = -1;
        await Eventually.TrueAsync(
            () =>
            {
                PointLog points = PointLog.Read(Servers, Application.MetricsTopic);
                seen = points.Calls.Values.Sum(series => series.Max(point => point.AsInt));
                return seen == truth.Spans;
            },
            () => $"{seen} instead of {truth.Spans} spans are counted:\n{Application.Output}",
            Deadline);
        PointLog all = PointLog.Read(Servers, Application.MetricsTopic);
        all.Holds(truth);
        all.IsGapless(stepSeconds: 1);
    }

    /// <summary>The command in the worker's output that begins with these words, as arguments of the executable.</summary>
    public string[] Printed(string command)
    {
        foreach (Match match in CommandLines().Matches(Worker.Output))
        {
            string line = match.Groups[1].Value;
            if (line.StartsWith(command, StringComparison.Ordinal))
            {
                return line.Split(' ');
            }
        }

        Assert.Fail($"no '{command}' was printed:\n{Worker.Output}");
        return [];
    }

    /// <summary>Runs a command to its end, with the settings if the arguments do not name a file.</summary>
    public async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        string[] config = arguments.Contains("--config") ? [] : ["--config", folder.Write("settings.yaml", Application.SettingsText())];
        using StringWriter output = new() { NewLine = "\n" };
        using StringWriter error = new() { NewLine = "\n" };
        RootCommand root = new() { StateCommand.Create() };
        int code = await CommandLine.RunAsync(root, [.. arguments, .. config], output, error);
        return (code, output.ToString() + error);
    }

    /// <summary>Sets or deletes the committed offset of a group that nobody is in.</summary>
    public async Task SetOffsetAsync(string stage, string topic, int partition, long? offset)
    {
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Servers }).Build();
        string group = $"{Application.Id}.{stage}";
        TopicPartition place = new(topic, partition);
        if (offset is long known)
        {
            await admin.AlterConsumerGroupOffsetsAsync([new ConsumerGroupTopicPartitionOffsets(group, [new TopicPartitionOffset(place, known)])]);
        }
        else
        {
            await admin.DeleteConsumerGroupOffsetsAsync(group, [place]);
        }
    }

    /// <summary>The committed offset of a group.</summary>
    public async Task<long> OffsetAsync(string stage, string topic, int partition)
    {
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Servers }).Build();
        List<ListConsumerGroupOffsetsResult> results = await admin.ListConsumerGroupOffsetsAsync(
            [new ConsumerGroupTopicPartitions($"{Application.Id}.{stage}", [new TopicPartition(topic, partition)])]);
        return results[0].Partitions[0].Offset.Value;
    }

    /// <summary>Deletes the source topic and makes one of the same name.</summary>
    public async Task RecreateSourceAsync()
    {
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Servers }).Build();
        await admin.DeleteTopicsAsync([Application.SourceTopic]);
        await Eventually.TrueAsync(
            async () =>
            {
                try
                {
                    await Topics.CreateAsync(Servers, Application.SourceTopic, RecordFile.PartitionCount, AppendTime);
                    return true;
                }
                catch (CreateTopicsException)
                {
                    // Still being deleted.
                    return false;
                }
            },
            () => "the topic is not deleted", Deadline);
    }

    /// <summary>Removes all that a partition holds, as retention does with a stage that rests for too long.</summary>
    public async Task EmptyAsync(string topic, int partition)
    {
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = Servers }).Build();
        await admin.DeleteRecordsAsync([new TopicPartitionOffset(topic, partition, Offset.End)]);
    }

    /// <summary>Writes a record, or a tombstone, as somebody does who should not.</summary>
    public void Write(string topic, int partition, byte[]? key, byte[]? value)
    {
        using IProducer<byte[]?, byte[]?> producer = new ProducerBuilder<byte[]?, byte[]?>(new ProducerConfig { BootstrapServers = Servers })
            .Build();
        producer.Produce(new TopicPartition(topic, partition), new Message<byte[]?, byte[]?> { Key = key!, Value = value });
        producer.Flush(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await Application.DisposeAsync();
        folder.Dispose();
    }

    [GeneratedRegex("`spanmetrics (state [^`]*)`")]
    private static partial Regex CommandLines();
}
