using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using StreamSpanMetrics.Integration.Tests.Support;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Integration.Tests.Pipeline;

public sealed class CollectorPathTests(CollectorFixture collector, KafkaFixture kafka, PrometheusFixture prometheus)
{
    private const int Requests = 60;
    private const int SpansPerRequest = 10;

    private const string SourceSettings = """
        receivers:
          otlp:
            protocols:
              http: {endpoint: "127.0.0.1:${env:PORT}"}
        processors:
          batch: {send_batch_size: 64, send_batch_max_size: 64, timeout: 200ms}
        exporters:
          kafka:
            brokers: ["${env:KAFKA}"]
            traces: {topic: "${env:TOPIC}", encoding: "${env:ENCODING}"}
        service:
          telemetry: {metrics: {level: none}}
          pipelines:
            traces: {receivers: [otlp], processors: [batch], exporters: [kafka]}
        """;

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

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("otlp_proto")]
    [InlineData("otlp_json")]
    public async Task Spans_from_a_Collector_arrive_in_Prometheus_and_in_another_Collector(string encoding)
    {
        CollectorProgram program = await collector.RequireAsync();
        string servers = await kafka.RequireAsync();
        PrometheusServer server = await prometheus.RequireAsync();
        string topic = Topics.UniqueName("spans");
        await Topics.CreateAsync(servers, topic, RecordFile.PartitionCount);
        using PortLease port = new();
        using TemporaryFolder folder = new();
        folder.Write("source.yaml", SourceSettings);
        folder.Write("sink.yaml", SinkSettings);
        await using StreamApplication application = new(servers, topic)
        {
            RemoteWriteAddress = server.RemoteWriteAddress, Encoding = encoding,
        };
        application.StartWorker();
        await using ChildProcess source = program.Start(
            folder,
            "source.yaml",
            new Dictionary<string, string?> { ["KAFKA"] = servers, ["TOPIC"] = topic, ["PORT"] = $"{port.Port}", ["ENCODING"] = encoding });

        SpanMaker maker = new(7);
        byte[][] requests = [.. Enumerable.Range(0, Requests).Select(_ => maker.Next(SpansPerRequest))];
        await SendAsync(source, port.Port, requests);
        SpanTruth truth = SpanTruth.Of(requests);
        await new PrometheusTotals(server, application).BecomeAsync(truth);
        source.Terminate();

        string file = folder.PathOf("sink.jsonl");
        await using ChildProcess sink = program.Start(
            folder, "sink.yaml", new Dictionary<string, string?> { ["KAFKA"] = servers, ["TOPIC"] = application.MetricsTopic, ["OUT"] = file });
        await Eventually.TrueAsync(
            () => ReadSink(file).Calls.Values.Sum(points => points.Max(point => point.AsInt)) == truth.Spans,
            () => $"the sink's file does not hold {truth.Spans} spans\n{sink.Output}",
            Deadline);
        ReadSink(file).Holds(truth);
    }

    private static async Task SendAsync(ChildProcess source, int port, byte[][] requests)
    {
        using HttpClient http = new() { BaseAddress = new Uri($"http://127.0.0.1:{port}/") };
        foreach (byte[] request in requests)
        {
            await Eventually.TrueAsync(() => PostAsync(http, request), () => $"the Collector takes no spans\n{source.Output}", Deadline);
        }
    }

    // Refused only while the Collector is not listening yet: an answer that never came could hide spans that were taken.
    private static async Task<bool> PostAsync(HttpClient http, byte[] request)
    {
        using ByteArrayContent body = new(request);
        body.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
        try
        {
            using HttpResponseMessage answer =
                await http.PostAsync(new Uri("v1/traces", UriKind.Relative), body, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            return true;
        }
        catch (HttpRequestException refused) when (refused.HttpRequestError == HttpRequestError.ConnectionError)
        {
            return false;
        }
    }

    // The Collector may still be writing the last line.
    private static PointLog ReadSink(string file)
    {
        PointLog log = new();
        string text = File.Exists(file) ? File.ReadAllText(file) : "";
        foreach (string line in text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            log.Add(JsonParser.Default.Parse<ExportMetricsServiceRequest>(line));
        }

        return log;
    }
}
