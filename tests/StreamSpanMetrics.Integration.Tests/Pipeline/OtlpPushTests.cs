using StreamSpanMetrics.Integration.Tests.Support;

namespace StreamSpanMetrics.Integration.Tests.Pipeline;

/// <summary>A worker whose environment names an OTLP endpoint pushes its own metrics there, from the moment it waits for brokers.</summary>
public sealed class OtlpPushTests(CollectorFixture collector)
{
    private const string Settings = """
        receivers:
          otlp: {protocols: {http: {endpoint: "127.0.0.1:${env:PORT}"}}}
        exporters:
          file: {path: "${env:OUT}"}
        service:
          telemetry: {metrics: {level: none}}
          pipelines:
            metrics: {receivers: [otlp], exporters: [file]}
        """;

    [Fact]
    public async Task The_Collector_receives_what_the_worker_tells()
    {
        CollectorProgram program = await collector.RequireAsync();
        using PortLease port = new();
        using PortLease nobody = new();
        using TemporaryFolder folder = new();
        folder.Write("otlp.yaml", Settings);
        string received = folder.PathOf("received.jsonl");
        await using ChildProcess process = program.Start(
            folder, "otlp.yaml", new Dictionary<string, string?> { ["PORT"] = $"{port.Port}", ["OUT"] = received });
        await using WorkerProcess worker = WorkerProcess.Start(
            ["run"],
            $$"""
            receivers:
              kafka: {brokers: ["127.0.0.1:{{nobody.Port}}"]}
            connectors:
              span_metrics: {}
            exporters:
              kafka: {brokers: ["127.0.0.1:{{nobody.Port}}"]}
            stream:
              telemetry: {enabled: false}
            service:
              pipelines:
                traces: {receivers: [kafka], exporters: [span_metrics]}
                metrics: {receivers: [span_metrics], exporters: [kafka]}
            """,
            new Dictionary<string, string?>
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://127.0.0.1:{port.Port}",
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
            });
        await Eventually.TrueAsync(
            () => Has(received, "\"spanmetrics.spans.counted\"") && Has(received, "\"stringValue\":\"spanmetrics\""),
            () => $"nothing was pushed:\n{worker.Output}\n{process.Output}",
            TimeSpan.FromSeconds(60));
        worker.Stop();
        Assert.True(await worker.WaitForExitAsync() == 0, worker.Output);
        process.Terminate();
        await process.WaitForExitAsync();
    }

    private static bool Has(string file, string text) => File.Exists(file) && File.ReadAllText(file).Contains(text, StringComparison.Ordinal);
}
