using System.Net;
using OpenTelemetry.Metrics;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Http;
using StreamSpanMetrics.Telemetry;

namespace StreamSpanMetrics.Tests.Http;

public sealed class TelemetryServerTests : IDisposable
{
    private readonly HttpClient client = new();
    private HealthAnswer health = new(true, "ok\n");
    private HealthAnswer readiness = new(false, "not yet\n");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => client.Dispose();

    // An exporter listens to all meters of a name in the process and has a limit of streams: other tests' workers share the usual name.
    [Fact]
    public async Task The_metrics_page_has_the_names_of_the_inventory()
    {
        const string MeterName = "spanmetrics.page.test";
        using WorkerMetrics metrics = new("1.2.3", TimeProvider.System, MeterName);
        StageTelemetry stage = new(metrics, "merge", 0, TimeProvider.System)
        {
            Folds = new(),
            Texts = new(),
            Partitions = [new PartitionStatus(77, 1, 2, 1_000, true, 3, 4)],
            Shards = [new ShardStatus(0, 1, false)],
            SeriesByService = [KeyValuePair.Create("shop", 1L)],
            LimitedServices = [new LimitedService("shop", 1, 2) { LabelResources = 1 }],
        };
        using MeterProvider export = MetricsExport.Start("1.2.3", _ => null, MeterName);
        Happen(metrics);
        await using TelemetryServer server = await StartAsync(export);
        string page = await client.GetStringAsync(new Uri(server.Address, "/metrics"), Cancel);
        foreach (InstrumentEntry entry in InstrumentCatalog.Entries)
        {
            string type = entry.Kind switch { InstrumentKind.Counter => "counter", InstrumentKind.Gauge => "gauge", _ => "histogram" };
            Assert.Contains($"# TYPE {entry.PrometheusName} {type}\n", page, StringComparison.Ordinal);
        }

        Assert.Contains("spanmetrics_build_info{version=\"1.2.3\"} 1\n", page, StringComparison.Ordinal);
        Assert.Contains("spanmetrics_unstable_age_seconds{partition=\"77\",stage=\"merge\"} 4\n", page, StringComparison.Ordinal);
        Assert.Equal("merge-0", stage.Name);
    }

    [Fact]
    public async Task Health_pages_answer_with_their_status()
    {
        using MeterProvider export = MetricsExport.Start("1.2.3", _ => null);
        await using TelemetryServer server = await StartAsync(export);
        Assert.Equal((HttpStatusCode.OK, "ok\n"), await GetAsync(server, "/healthz"));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "not yet\n"), await GetAsync(server, "/readyz"));
        (health, readiness) = (new(false, "stuck\n"), new(true, "ready\n"));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "stuck\n"), await GetAsync(server, "/healthz"));
        Assert.Equal((HttpStatusCode.OK, "ready\n"), await GetAsync(server, "/readyz"));
        (HttpStatusCode status, string text) = await GetAsync(server, "/");
        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Contains("/metrics", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://collector:4317", null, null, true)]
    [InlineData(null, null, null, false)]
    [InlineData("http://collector:4317", "none", null, false)]
    [InlineData("http://collector:4317", null, "true", false)]
    public void Otlp_is_pushed_where_the_environment_says_so(string? endpoint, string? exporter, string? disabled, bool expected) =>
        Assert.Equal(expected, MetricsExport.WantsOtlp(name => name switch
        {
            "OTEL_EXPORTER_OTLP_ENDPOINT" => endpoint,
            "OTEL_METRICS_EXPORTER" => exporter,
            "OTEL_SDK_DISABLED" => disabled,
            _ => null,
        }));

    // Everything once, so that every instrument has something to show.
    private static void Happen(WorkerMetrics metrics)
    {
        metrics.MergePaused("turn", TimeSpan.FromMilliseconds(1));
        metrics.DeadLetters("Truncated", 1);
        metrics.BreakerTripped(1, 1);
        metrics.ClockAhead(0, 1);
        metrics.Lost("merge", 0, 1);
        metrics.Folded(1);
        metrics.StepForced();
        metrics.Transaction("merge", "committed", TimeSpan.FromMilliseconds(7));
        metrics.PointRecords(1);
        metrics.SequenceHole();
        metrics.SamplesSent(1, TimeSpan.FromMilliseconds(7));
        metrics.SamplesRefused("too_old", 1);
        metrics.RemoteWriteRetried();
        metrics.CutFrozen(TimeSpan.FromMilliseconds(7));
        metrics.StepClosed(TimeSpan.FromMilliseconds(7));
        metrics.StepAccepted(TimeSpan.FromMilliseconds(7));
        metrics.Restored(TimeSpan.FromMilliseconds(7));
        metrics.RestoreProgress(0, 0.5);
    }

    private Task<TelemetryServer> StartAsync(MeterProvider export) =>
        TelemetryServer.StartAsync(IPAddress.Loopback, 0, export, () => health, () => readiness, Cancel);

    private async Task<(HttpStatusCode Status, string Text)> GetAsync(TelemetryServer server, string path)
    {
        using HttpResponseMessage response = await client.GetAsync(new Uri(server.Address, path), Cancel);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Cancel));
    }
}
