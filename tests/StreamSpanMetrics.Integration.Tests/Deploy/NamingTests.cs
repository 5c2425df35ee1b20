using OpenTelemetry.Proto.Trace.V1;
using StreamSpanMetrics.Core.Prometheus;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Integration.Tests.Support;

namespace StreamSpanMetrics.Integration.Tests.Deploy;

/// <summary>
/// What readers with fixed names ask, of a real Prometheus with our series: Jaeger's Monitor tab (jaegertracing/jaeger
/// internal/storage/metricstore/prometheus) under both of its namespaces, and the operations table of Grafana's Tempo data source.
/// </summary>
public sealed class NamingTests(PrometheusFixture prometheus)
{
    private const string Server = "SPAN_KIND_SERVER";
    private const string Window = "5m";

    /// <summary>Grafana asks for five; more than there are, so that all are compared.</summary>
    private const int Most = 100;
    private static readonly TimeSpan Length = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task Jaegers_and_Grafanas_questions_have_the_same_answers_under_their_names()
    {
        PrometheusServer server = await prometheus.RequireAsync();
        string service = Topics.UniqueName("shop");
        ProcessorSettings settings = new()
        {
            RemoteWrite = new RemoteWriteSettings { Endpoint = server.RemoteWriteAddress },
            Stream = new StreamSettings { Naming = [NamingProfile.Otel, NamingProfile.Legacy, NamingProfile.Tempo] },
        };
        RecordedTraffic traffic = new(settings, service);
        long endSeconds = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() / 15 * 15;
        await traffic.WriteAsync(server.RemoteWriteAddress, DateTimeOffset.FromUnixTimeSeconds(endSeconds), Length);

        Dictionary<string, double> rates = traffic.Entered.GroupBy(span => span.Name)
            .ToDictionary(operation => operation.Key, operation => operation.Count() / traffic.StepSeconds);
        double failed = traffic.Entered.Count(span => span.Status?.Code == Status.Types.StatusCode.Error) / (double)traffic.Entered.Count;
        List<double> medians = [];
        foreach (string space in (string[])["traces_span_metrics_", ""])
        {
            string selector = $"service_name =~ \"{service}\", span_kind =~ \"{Server}\"";
            string calls = $"rate({space}calls_total{{{selector}}}[{Window}])";
            Equal(rates, await ByOperationAsync(server, $"sum({calls}) by (service_name, span_name)", endSeconds));
            string errors = $"rate({space}calls_total{{status_code = \"STATUS_CODE_ERROR\", {selector}}}[{Window}])";
            string ratio = $"sum({errors}) by (service_name) / sum({calls}) by (service_name)";
            Assert.Equal(failed, await server.QueryValueAsync(ratio, endSeconds), 9);
            string buckets = $"rate({space}duration_milliseconds_bucket{{{selector}}}[{Window}])";
            medians.Add(await server.QueryValueAsync($"histogram_quantile(0.50, sum({buckets}) by (service_name,le))", endSeconds));
        }

        string tempo = $"span_kind=\"{Server}\", service=\"{service}\"";
        string top = $"topk({Most}, sum(rate(traces_spanmetrics_calls_total{{{tempo}}}[{Window}])) by (span_name))";
        Equal(rates, await ByOperationAsync(server, top, endSeconds));
        medians.Add(1000 * await server.QueryValueAsync(
            $"histogram_quantile(.5, sum(rate(traces_spanmetrics_latency_bucket{{{tempo}}}[{Window}])) by (le))", endSeconds));
        Assert.All(medians, median => Assert.Equal(medians[0], median, 6));
        Assert.True(medians[0] > 0, "no median");
        Assert.NotEmpty(await server.QueryAsync($"traces_target_info{{job=\"{service}\"}}", endSeconds));
    }

    private static async Task<Dictionary<string, double>> ByOperationAsync(PrometheusServer server, string query, long seconds) =>
        (await server.QueryAsync(query, seconds)).ToDictionary(series => series.Labels["span_name"], series => series.Value);

    private static void Equal(Dictionary<string, double> expected, Dictionary<string, double> actual)
    {
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), actual.Keys.Order(StringComparer.Ordinal));
        Assert.All(expected, operation => Assert.Equal(operation.Value, actual[operation.Key], 6));
    }
}
