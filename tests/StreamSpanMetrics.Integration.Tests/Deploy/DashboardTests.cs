using OpenTelemetry.Proto.Trace.V1;
using StreamSpanMetrics.Configuration;
using StreamSpanMetrics.Integration.Tests.Support;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Integration.Tests.Deploy;

/// <summary>Every query of the dashboards, asked of a real Prometheus.</summary>
public sealed class DashboardTests(PrometheusFixture prometheus)
{
    private const string Red = "deploy/grafana/dashboards/red.json";
    private const string Pipeline = "deploy/grafana/dashboards/pipeline.json";
    private static readonly TimeSpan Length = TimeSpan.FromMinutes(10);

    [Theory]
    [InlineData("deploy/spanmetrics/spanmetrics.yaml", "default-shop", "status_code")]
    [InlineData("examples/article/spanmetrics.yaml", "article-shop", "http_status_code")]
    public async Task Every_query_of_the_RED_dashboard_finds_data(string settingsFile, string service, string errors)
    {
        PrometheusServer server = await prometheus.RequireAsync();
        ConfigurationResult settings = ConfigurationLoader.LoadFile(RepositoryFile.PathOf(settingsFile), _ => null);
        RecordedTraffic traffic = new(settings.Settings!, service);
        long endSeconds = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() / 15 * 15;
        await traffic.WriteAsync(server.RemoteWriteAddress, DateTimeOffset.FromUnixTimeSeconds(endSeconds), Length);

        Dashboard dashboard = new(Red, new Dictionary<string, string>
        {
            ["service"] = service,
            ["operation"] = ".*",
            ["kind"] = "(SPAN_KIND_SERVER|SPAN_KIND_CONSUMER)",
            ["errors"] = Dashboard.Option(Red, "errors", errors),
            ["__rate_interval"] = "1m",
            ["__range"] = "10m",
        });
        Dictionary<string, double> first = [];
        foreach ((string panel, string expression) in dashboard.Queries())
        {
            IReadOnlyList<PrometheusSeries> answer = await server.QueryAsync(expression, endSeconds);
            Assert.True(answer.Any(series => double.IsFinite(series.Value)), $"{panel}: no data for {expression}");
            first.TryAdd(panel, answer[0].Value);
        }

        int failed = traffic.Entered.Count(span => errors == "status_code"
            ? span.Status?.Code == Status.Types.StatusCode.Error
            : span.Attributes.Single(attribute => attribute.Key == "http.status_code").Value.IntValue >= 500);
        Assert.NotEqual(0, failed);
        Assert.Equal(traffic.Entered.Count / traffic.StepSeconds, first["Calls"], 1e-6);
        Assert.Equal((double)failed / traffic.Entered.Count, first["Error ratio"], 1e-9);
        Assert.Equal(traffic.Entered.Select(span => span.Name).Distinct().Count(), first["Operations with calls"]);
        foreach ((string variable, string expression) in dashboard.Lookups())
        {
            IReadOnlyList<PrometheusSeries> offered = await server.QueryAsync(expression, endSeconds);
            string expected = variable == "service" ? service : traffic.Entered[0].Name;
            Assert.Contains(offered, series => series.Labels.Values.Contains(expected));
        }
    }

    [Fact]
    public async Task Every_query_of_the_pipelines_dashboard_is_understood()
    {
        PrometheusServer server = await prometheus.RequireAsync();
        Dashboard dashboard = PipelineOf(".*");
        Assert.NotEmpty(dashboard.Queries());
        foreach ((_, string expression) in dashboard.Queries().Concat(dashboard.Lookups()))
        {
            // An expression that is not understood is an exception.
            await server.QueryAsync(expression);
        }
    }

    [Fact]
    public async Task Every_query_of_the_pipelines_dashboard_finds_data()
    {
        Assert.SkipUnless(RepositoryFile.Exists(OwnMetrics.List), $"there is no {OwnMetrics.List}");
        PrometheusServer server = await prometheus.RequireAsync();
        const string job = "pipeline-dashboard";
        long endSeconds = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        await new OwnMetrics(job).WriteAsync(server.RemoteWriteAddress, endSeconds);
        Dashboard dashboard = PipelineOf(job);
        foreach ((string panel, string expression) in dashboard.Queries().Concat(dashboard.Lookups()))
        {
            IReadOnlyList<PrometheusSeries> answer = await server.QueryAsync(expression, endSeconds);
            Assert.True(answer.Any(series => double.IsFinite(series.Value)), $"{panel}: no data for {expression}");
        }
    }

    private static Dashboard PipelineOf(string job) =>
        new(Pipeline, new Dictionary<string, string> { ["job"] = job, ["__rate_interval"] = "1m" });
}
