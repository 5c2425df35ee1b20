using Confluent.Kafka;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Metrics.V1;
using StreamSpanMetrics.Integration.Tests.Support;

namespace StreamSpanMetrics.Integration.Tests.Kit;

public sealed class CollectorTests(CollectorFixture collector, KafkaFixture kafka)
{
    private const string SinkSettings = """
        receivers:
          kafka:
            brokers: ["${env:KAFKA}"]
            group_id: "${env:TOPIC}"
            initial_offset: earliest
            metrics: {topics: ["${env:TOPIC}"], encoding: otlp_proto}
        exporters:
          file: {path: "${env:OUT}"}
        service:
          telemetry: {metrics: {level: none}}
          pipelines:
            metrics: {receivers: [kafka], exporters: [file]}
        """;

    [Fact]
    public async Task Good_settings_are_told_from_bad_ones()
    {
        CollectorProgram program = await collector.RequireAsync();
        using TemporaryFolder folder = new();
        Dictionary<string, string?> environment = Variables("127.0.0.1:9092", "some-topic", folder.PathOf("sink.jsonl"));
        folder.Write("good.yaml", SinkSettings);
        folder.Write("bad.yaml", SinkSettings.Replace("exporters: [file]", "exporters: [nothing]", StringComparison.Ordinal));

        await using ChildProcess good = await program.ValidateAsync(folder, "good.yaml", environment);
        await using ChildProcess bad = await program.ValidateAsync(folder, "bad.yaml", environment);
        Assert.True(good.ExitCode == 0, good.Output);
        Assert.NotEqual(0, bad.ExitCode);
        Assert.Contains("nothing", bad.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_sink_reads_a_metrics_request_from_a_topic()
    {
        CollectorProgram program = await collector.RequireAsync();
        string servers = await kafka.RequireAsync();
        string topic = Topics.UniqueName("metrics");
        await Topics.CreateAsync(servers, topic, partitions: 1);
        await ProduceAsync(servers, topic, "kit.calls");

        using TemporaryFolder folder = new();
        folder.Write("sink.yaml", SinkSettings);
        string sink = folder.PathOf("sink.jsonl");
        await using ChildProcess process = program.Start(folder, "sink.yaml", Variables(servers, topic, sink));
        await Eventually.TrueAsync(
            () => File.Exists(sink) && File.ReadAllText(sink).Contains("\"kit.calls\"", StringComparison.Ordinal),
            () => $"the Collector wrote nothing:\n{process.Output}",
            TimeSpan.FromSeconds(60));

        process.Terminate();
        Assert.Equal(0, await process.WaitForExitAsync());
        string written = await File.ReadAllTextAsync(sink, TestContext.Current.CancellationToken);
        Assert.Contains("\"asInt\":\"7\"", written, StringComparison.Ordinal);
    }

    private static Dictionary<string, string?> Variables(string servers, string topic, string sink) =>
        new() { ["KAFKA"] = servers, ["TOPIC"] = topic, ["OUT"] = sink };

    private static async Task ProduceAsync(string servers, string topic, string metricName)
    {
        NumberDataPoint point = new() { AsInt = 7, TimeUnixNano = 1_000_000_000 };
        Sum sum = new() { IsMonotonic = true, AggregationTemporality = AggregationTemporality.Cumulative };
        sum.DataPoints.Add(point);
        ScopeMetrics scope = new();
        scope.Metrics.Add(new Metric { Name = metricName, Sum = sum });
        ResourceMetrics resource = new();
        resource.ScopeMetrics.Add(scope);
        ExportMetricsServiceRequest request = new();
        request.ResourceMetrics.Add(resource);

        using IProducer<Null, byte[]> producer =
            new ProducerBuilder<Null, byte[]>(new ProducerConfig { BootstrapServers = servers }).Build();
        await producer.ProduceAsync(topic, new Message<Null, byte[]> { Value = request.ToByteArray() });
    }
}
