namespace StreamSpanMetrics.Integration.Tests.Support;

/// <summary>
/// An application id with topics of its own, and the workers that run it. Its series in a shared Prometheus are told from others by the
/// external label <c>run</c>.
/// </summary>
public sealed class StreamApplication : IAsyncDisposable
{
    // 128 + SIGKILL: the test did that.
    private const int KilledExitCode = 137;

    private readonly List<WorkerProcess> workers = [];

    /// <summary>Names everything; starts nothing.</summary>
    /// <param name="bootstrapServers">The broker.</param>
    /// <param name="sourceTopic">The topic with the spans.</param>
    public StreamApplication(string bootstrapServers, string sourceTopic)
    {
        BootstrapServers = bootstrapServers;
        SourceTopic = sourceTopic;
        Id = Topics.UniqueName("app");
    }

    /// <summary>The broker.</summary>
    public string BootstrapServers { get; }

    /// <summary>The topic with the spans.</summary>
    public string SourceTopic { get; }

    /// <summary>The application id, and the value of the label <c>run</c>.</summary>
    public string Id { get; }

    /// <summary>The topic with the points.</summary>
    public string MetricsTopic => Id + ".points";

    /// <summary>The topic with dead letters.</summary>
    public string DeadLetterTopic => Id + ".dlq";

    /// <summary>Where remote write goes; null: there is no such exporter.</summary>
    public Uri? RemoteWriteAddress { get; init; }

    /// <summary>Encoding of the topic with the spans.</summary>
    public string Encoding { get; init; } = "otlp_proto";

    /// <summary>Further keys of the Kafka receiver, in flow style: <c>tls: {}</c>.</summary>
    public string Receiver { get; init; } = "";

    /// <summary>Further keys of the remote-write exporter, in flow style.</summary>
    public string RemoteWrite { get; init; } = "";

    /// <summary>The section <c>extensions</c>, in flow style.</summary>
    public string Extensions { get; init; } = "";

    /// <summary>Variables of the workers' environment.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Length of a step, as the Collector writes durations.</summary>
    public string Step { get; init; } = "1s";

    /// <summary>Further keys of the section <c>stream</c>, in flow style: <c>shards: 2, threads: {aggregate: 2}</c>.</summary>
    public string Stream { get; init; } = "shards: 4";

    /// <summary>What all workers printed, the first started first.</summary>
    public string Output => string.Join("\n--- next worker\n", workers.Select(worker => worker.Output));

    /// <summary>Fails the test at once, with all output, if a worker ended by itself with an error.</summary>
    public void HasNotFailed() => Assert.True(
        workers.TrueForAll(worker => !worker.HasExited || worker.ExitCode is 0 or KilledExitCode), $"a worker failed:\n{Output}");

    /// <summary>Starts a worker, which the application disposes of.</summary>
    /// <param name="connector">Further keys of the connector, in flow style.</param>
    /// <param name="stream">Keys of the section <c>stream</c> instead of those of the application.</param>
    /// <param name="environment">Variables instead of those of the application.</param>
    /// <param name="arguments">Further arguments of <c>run</c>, separated by spaces.</param>
    public WorkerProcess StartWorker(
        string connector = "", string? stream = null, IReadOnlyDictionary<string, string?>? environment = null, string arguments = "")
    {
        string[] command = ["run", .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        WorkerProcess worker = WorkerProcess.Start(command, Settings(connector, stream ?? Stream), environment ?? Environment);
        workers.Add(worker);
        return worker;
    }

    /// <summary>The settings of its workers, as YAML.</summary>
    /// <param name="connector">Further keys of the connector, in flow style.</param>
    public string SettingsText(string connector = "") => Settings(connector, Stream);

    /// <summary>Kills all workers that still run.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (WorkerProcess worker in workers)
        {
            await worker.DisposeAsync();
        }
    }

    // Short sessions: a killed worker's partitions move on after 6 s, the shortest that a broker allows by default.
    private string Settings(string connector, string stream)
    {
        string remoteWrite = RemoteWriteAddress is null
            ? ""
            : $"prometheusremotewrite: {{endpoint: '{RemoteWriteAddress}', external_labels: {{run: {Id}}}, {RemoteWrite}}}";
        return $$"""
            extensions: { {{Extensions}} }
            receivers:
              kafka: {
                brokers: ["{{BootstrapServers}}"], session_timeout: 6s, heartbeat_interval: 1s,
                traces: {topics: [{{SourceTopic}}], encoding: {{Encoding}}}, {{Receiver}} }
            connectors:
              span_metrics: {metrics_flush_interval: {{Step}}, {{connector}}}
            exporters:
              kafka:
                brokers: ["{{BootstrapServers}}"]
                metrics: {topic: {{MetricsTopic}}}
              {{remoteWrite}}
            stream: {application_id: {{Id}}, {{stream}}}
            service:
              pipelines:
                traces: {receivers: [kafka], exporters: [span_metrics]}
                metrics:
                  receivers: [span_metrics]
                  exporters: [kafka{{(RemoteWriteAddress is null ? "" : ", prometheusremotewrite")}}]
            """;
    }
}
