using Prometheus.RemoteWrite.V2;
using Snappier;
using StreamSpanMetrics.Integration.Tests.Support;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Integration.Tests.Sinks;

/// <summary>Remote write 2.0 to a real Prometheus, to one that does not take it, and with names kept as they are.</summary>
public sealed class RemoteWrite2Tests(KafkaFixture kafka, PrometheusFixture prometheus)
{
    private const string Message = "protobuf_message: io.prometheus.write.v2.Request";
    private const string ContentType = "application/x-protobuf;proto=io.prometheus.write.v2.Request";
    private const int Records = 60;
    private const int BadRequests = 10;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    [Fact]
    public async Task Every_sample_arrives_with_metadata_and_start()
    {
        string servers = await kafka.RequireAsync();
        PrometheusServer server = await prometheus.RequireAsync();
        await using MoodyReceiver receiver = await MoodyReceiver.StartAsync(server.RemoteWriteAddress);
        const int seed = 41;
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        Random random = new(seed);
        Mood[] moods = [.. Enumerable.Range(0, BadRequests).Select(_ => (Mood)random.Next(Enum.GetValues<Mood>().Length))];
        receiver.Moods = number => number < moods.Length ? moods[number] : Mood.Fine;
        string topic = await CreateSourceAsync(servers);
        await using StreamApplication application = new(servers, topic)
        {
            RemoteWriteAddress = receiver.Address,
            RemoteWrite = Message + ", convert_explicit_histograms_to_nhcb: true, keep_classic_histograms: true, timeout: 2s, "
                + "retry_on_failure: {initial_interval: 50ms, max_interval: 200ms}",
        };
        await using Traffic traffic = Traffic.Start(servers, topic, seed);
        application.StartWorker();
        await Eventually.TrueAsync(() => receiver.Requests > BadRequests, () => $"{receiver.Requests} requests\n{application.Output}", Deadline);
        await traffic.WaitForMoreAsync(Records);

        SpanTruth truth = SpanTruth.Of(await traffic.StopAsync());
        PrometheusTotals totals = new(server, application);
        await totals.BecomeAsync(truth);
        await totals.NeverFellAsync();
        await totals.HasEveryPointAsync();
        string durations = $"traces_span_metrics_duration_milliseconds{{run=\"{application.Id}\"}}";
        Assert.Equal(truth.Spans, await server.QueryValueAsync($"sum(histogram_count({durations}))"));
        Assert.Equal([ContentType], receiver.ContentTypes.Keys);
        Assert.DoesNotContain("remote write 2.0", application.Output, StringComparison.Ordinal);

        List<Request> requests = [];
        foreach ((byte[] body, long written) in receiver.Written)
        {
            Request request = Request.Parser.ParseFrom(Snappy.DecompressToArray(body));
            Assert.Equal(request.Timeseries.Sum(series => series.Samples.Count + series.Histograms.Count), written);
            requests.Add(request);
        }

        new WrittenSamples(requests.Select(Version2Requests.ToVersion1)).AreInOrder();
        IEnumerable<TimeSeries> all = requests.SelectMany(request => request.Timeseries);
        Assert.All(all, series => Assert.NotEqual(Metadata.Types.MetricType.Unspecified, series.Metadata.Type));

        // All but the zero point of a series, which stands at the start itself.
        foreach (TimeSeries series in all.Where(series => series.Metadata.Type != Metadata.Types.MetricType.Gauge))
        {
            Assert.All(series.Samples, sample => Assert.True(sample.StartTimestamp > 0 || sample.Value == 0));
            Assert.All(series.Samples, sample => Assert.True(sample.StartTimestamp < sample.Timestamp));
            Assert.All(series.Histograms, histogram => Assert.True(histogram.StartTimestamp > 0 || histogram.CountInt == 0));
        }
    }

    [Fact]
    public async Task A_server_that_takes_1_0_only_gets_1_0()
    {
        string servers = await kafka.RequireAsync();
        await using PrometheusServer server = await Availability.OrSkipAsync(PrometheusServer.StartAsync(
            arguments: "--web.remote-write-receiver.accepted-protobuf-messages=prometheus.WriteRequest"));
        await using MoodyReceiver receiver = await MoodyReceiver.StartAsync(server.RemoteWriteAddress);
        string topic = await CreateSourceAsync(servers);
        await using StreamApplication application = new(servers, topic) { RemoteWriteAddress = receiver.Address, RemoteWrite = Message };
        await using Traffic traffic = Traffic.Start(servers, topic, seed: 42);
        WorkerProcess worker = application.StartWorker();
        await traffic.WaitForMoreAsync(Records);

        SpanTruth truth = SpanTruth.Of(await traffic.StopAsync());
        PrometheusTotals totals = new(server, application);
        await totals.BecomeAsync(truth);
        await totals.HasEveryPointAsync();
        Assert.Equal(["application/x-protobuf", ContentType], receiver.ContentTypes.Keys.Order(StringComparer.Ordinal));
        await worker.WaitForOutputAsync("does not read remote write 2.0 (status 415");
    }

    [Fact]
    public async Task Names_stay_as_they_are()
    {
        string servers = await kafka.RequireAsync();
        PrometheusServer server = await prometheus.RequireAsync();
        string topic = await CreateSourceAsync(servers);
        await using StreamApplication application = new(servers, topic)
        {
            RemoteWriteAddress = server.RemoteWriteAddress, RemoteWrite = Message + ", translation_strategy: NoTranslation",
        };
        await using Traffic traffic = Traffic.Start(servers, topic, seed: 43);
        application.StartWorker();
        await traffic.WaitForMoreAsync(Records);
        SpanTruth truth = SpanTruth.Of(await traffic.StopAsync());

        string selector = $"{{\"traces.span.metrics.calls\", run=\"{application.Id}\"}}";
        double seen = 0;
        await Eventually.TrueAsync(
            async () =>
            {
                application.HasNotFailed();
                seen = (await server.QueryAsync($"sum({selector})")).Select(series => series.Value).FirstOrDefault();
                return seen == truth.Spans;
            },
            () => $"{seen} of {truth.Spans} spans are counted\n{application.Output}",
            Deadline);
        IReadOnlyList<PrometheusSeries> calls = await server.QueryAsync(selector);
        Assert.Equal(truth.Calls.Count, calls.Count);
        Assert.Equal(
            truth.Calls.Select(count => $"{count.Key.ServiceName} {count.Key.SpanName} {count.Value}").Order(StringComparer.Ordinal),
            calls.Select(one => $"{one.Labels["service.name"]} {one.Labels["span.name"]} {one.Value}").Order(StringComparer.Ordinal));
        Assert.Equal(
            truth.Spans,
            await server.QueryValueAsync($"sum({{\"traces.span.metrics.duration_bucket\", run=\"{application.Id}\", le=\"+Inf\"}})"));
    }

    private static async Task<string> CreateSourceAsync(string servers)
    {
        string topic = Topics.UniqueName("spans");
        await Topics.CreateAsync(
            servers, topic, RecordFile.PartitionCount, new Dictionary<string, string> { ["message.timestamp.type"] = "LogAppendTime" });
        return topic;
    }
}
