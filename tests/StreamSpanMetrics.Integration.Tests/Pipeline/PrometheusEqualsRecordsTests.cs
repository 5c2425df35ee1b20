using StreamSpanMetrics.Integration.Tests.Support;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Integration.Tests.Pipeline;

public sealed class PrometheusEqualsRecordsTests(KafkaFixture kafka, PrometheusFixture prometheus)
{
    private const int StepMillis = 2000;

    private static readonly string[] Files = ["flask", "flask_new", "node", "dotnet", "flask_by_trace"];

    [Fact]
    public async Task Counts_in_Prometheus_equal_the_records()
    {
        string servers = await kafka.RequireAsync();
        PrometheusServer server = await prometheus.RequireAsync();
        string topic = Topics.UniqueName("spans");
        await Topics.CreateAsync(servers, topic, RecordFile.PartitionCount);
        IReadOnlyList<CapturedRecord> records = Records();
        RecordProducer.Produce(servers, topic, records);
        await using StreamApplication application = new(servers, topic) { Step = "2s", RemoteWriteAddress = server.RemoteWriteAddress };
        application.StartWorker();
        application.StartWorker();

        PrometheusTotals totals = new(server, application);
        SpanTruth truth = SpanTruth.Of(records.Select(record => record.Value));
        Assert.Equal(2, truth.Calls.Keys.Count(name => name is { ServiceName: "twin", SpanKind: "SPAN_KIND_SERVER", SpanName: "same" }));
        await totals.BecomeAsync(truth);

        await HasExactlyTheLabelsOfItsIdentityAsync(server, totals.CallsSelector);
        await HasOneInfoPerJobAsync(server, application, truth);
        await totals.NeverFellAsync();
    }

    private static async Task HasExactlyTheLabelsOfItsIdentityAsync(PrometheusServer server, string selector)
    {
        string[] always = ["__name__", "job", "otel_scope_name", "run", "service_name", "span_kind", "span_name", "status_code"];
        foreach (PrometheusSeries series in await server.QueryAsync(selector))
        {
            IEnumerable<string> names = series.Labels.Keys.Where(name => name != "deployment_environment_name");
            Assert.Equal(always, names.Order(StringComparer.Ordinal));
        }
    }

    private static async Task HasOneInfoPerJobAsync(PrometheusServer server, StreamApplication application, SpanTruth truth)
    {
        IReadOnlyList<PrometheusSeries> infos = await server.QueryAsync($"target_info{{run=\"{application.Id}\"}}");
        string[] jobs = [.. infos.Select(info => info.Labels["job"])];
        Assert.Distinct(infos.Select(info => (info.Labels["job"], info.Labels.GetValueOrDefault("deployment_environment_name"))));
        Assert.Subset(truth.Calls.Keys.Select(name => name.Job).ToHashSet(), jobs.ToHashSet());
        Assert.DoesNotContain(infos, info => info.Labels.ContainsKey("instance"));
    }

    // The captured records, the same service in two environments, and in every partition a later record that closes the last step.
    private static IReadOnlyList<CapturedRecord> Records()
    {
        long now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        SpanMaker maker = new(1);
        List<CapturedRecord> records = [.. Files.SelectMany(file => RecordFile.Shift(RecordFile.Read(file), now))];
        foreach (string environment in (string[])["test", "production"])
        {
            records.Add(new CapturedRecord(1, 0, now, null, maker.Request("twin", environment, 3, "same")));
            records.Add(new CapturedRecord(2, 0, now, null, maker.Request("twin", environment, 4, "same")));
        }

        CapturedRecord[] closing = [.. Enumerable.Range(0, RecordFile.PartitionCount)
            .Select(partition => new CapturedRecord(partition, 0, now + StepMillis, null, []))];
        return [.. records.OrderBy(record => record.TimestampMillis), .. closing];
    }
}
