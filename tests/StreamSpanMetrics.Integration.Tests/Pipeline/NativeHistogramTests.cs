using StreamSpanMetrics.Integration.Tests.Support;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Integration.Tests.Pipeline;

/// <summary>Native histograms in a real Prometheus, over a killed worker: exponential ones, and explicit ones with custom buckets.</summary>
public sealed class NativeHistogramTests(KafkaFixture kafka, PrometheusFixture prometheus)
{
    private const int Records = 80;
    private const string Name = "traces_span_metrics_duration_milliseconds";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("histogram: {exponential: {max_size: 20}}", "", false)]
    [InlineData("histogram: {exponential: {max_size: 20}, explicit: {buckets: [1s, 2s]}}", "", true)]
    [InlineData("", "convert_explicit_histograms_to_nhcb: true", false)]
    [InlineData("", "convert_explicit_histograms_to_nhcb: true, keep_classic_histograms: true", true)]
    public async Task Counts_and_shape_are_those_of_the_spans(string connector, string remoteWrite, bool hasClassic)
    {
        string servers = await kafka.RequireAsync();
        PrometheusServer server = await prometheus.RequireAsync();
        string topic = Topics.UniqueName("spans");
        await Topics.CreateAsync(servers, topic, RecordFile.PartitionCount);
        await using StreamApplication application = new(servers, topic) { RemoteWriteAddress = server.RemoteWriteAddress, RemoteWrite = remoteWrite };
        await using Traffic traffic = Traffic.Start(servers, topic, seed: 41);
        WorkerProcess first = application.StartWorker(connector);
        await traffic.WaitForMoreAsync(Records);
        await Eventually.TrueAsync(async () => await CountAsync(server, application) > 0, () => application.Output, Deadline);
        first.Kill();
        application.StartWorker(connector);
        await traffic.WaitForMoreAsync(Records);
        SpanTruth truth = SpanTruth.Of(await traffic.StopAsync());

        double seen = 0;
        await Eventually.TrueAsync(
            async () =>
            {
                application.HasNotFailed();
                seen = await CountAsync(server, application);
                return seen == truth.Spans;
            },
            () => $"{seen} of {truth.Spans} spans\n{application.Output}",
            Deadline);
        Dictionary<SeriesName, double> counts = [];
        foreach (PrometheusSeries series in await server.QueryAsync($"histogram_count({Selector(application)})"))
        {
            counts.Add(PrometheusTotals.Name(series.Labels), series.Value);
        }

        Assert.Equal(truth.Calls.ToDictionary(one => one.Key, one => (double)one.Value), counts);
        // Durations are spread evenly over 0 to 3 s; a bucket of 20 is at most a factor of 2 wide here, an explicit one 600 ms.
        Assert.InRange(await server.QueryValueAsync($"histogram_quantile(0.5, sum({Selector(application)}))"), 1000, 2000);
        Assert.Equal(0, await server.QueryValueAsync($"max(resets({Selector(application)}[10m]))"));
        Assert.Equal(hasClassic ? truth.Calls.Count : 0, (await server.QueryAsync($"{Name}_count{{run=\"{application.Id}\"}}")).Count);
    }

    private static string Selector(StreamApplication application) => $"{Name}{{run=\"{application.Id}\"}}";

    private static async Task<double> CountAsync(PrometheusServer server, StreamApplication application)
    {
        IReadOnlyList<PrometheusSeries> sum = await server.QueryAsync($"sum(histogram_count({Selector(application)}))");
        return sum.Count == 0 ? 0 : sum[0].Value;
    }
}
