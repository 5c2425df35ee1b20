using Google.Protobuf;
using Prometheus.RemoteWrite.V1;
using Snappier;
using StreamSpanMetrics.Integration.Tests.Support;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Integration.Tests.Sinks;

/// <summary>Remote write to a receiver that fails in every way (E1, E2): nothing is missing, and nothing comes out of order.</summary>
public sealed class SinkTests(KafkaFixture kafka, PrometheusFixture prometheus)
{
    private const int RecordsBetween = 60;
    private const int BadRequests = 25;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);
    private static readonly Dictionary<string, string> AppendTime = new() { ["message.timestamp.type"] = "LogAppendTime" };

    [Fact]
    public async Task A_receiver_of_many_moods_gets_every_sample_in_order()
    {
        string servers = await kafka.RequireAsync();
        PrometheusServer server = await prometheus.RequireAsync();
        string topic = await CreateSourceAsync(servers);
        await using MoodyReceiver receiver = await MoodyReceiver.StartAsync(server.RemoteWriteAddress);
        const int seed = 21;
        TestContext.Current.TestOutputHelper!.WriteLine($"seed {seed}");
        Random random = new(seed);
        Mood[] moods = [.. Enumerable.Range(0, BadRequests).Select(_ => (Mood)random.Next(Enum.GetValues<Mood>().Length))];
        receiver.Moods = number => number < moods.Length ? moods[number] : Mood.Fine;
        await using StreamApplication application = new(servers, topic)
        {
            RemoteWriteAddress = receiver.Address,
            RemoteWrite = "timeout: 2s, retry_on_failure: {initial_interval: 50ms, max_interval: 200ms}",
        };
        await using Traffic traffic = Traffic.Start(servers, topic, seed);
        application.StartWorker();
        await Eventually.TrueAsync(() => receiver.Requests > BadRequests, () => $"{receiver.Requests} requests\n{application.Output}", Deadline);
        await traffic.WaitForMoreAsync(RecordsBetween);

        SpanTruth truth = SpanTruth.Of(await traffic.StopAsync());
        PrometheusTotals totals = new(server, application);
        await totals.BecomeAsync(truth);
        await totals.NeverFellAsync();
        await totals.HasEveryPointAsync();
        WrittenSamples written = new(receiver.HandedOn);
        Assert.True(written.Series > truth.Calls.Count);
        written.AreInOrder();
    }

    [Fact]
    public async Task Killed_between_answer_and_commit_nothing_is_missing_in_a_server_that_takes_nothing_late()
    {
        string servers = await kafka.RequireAsync();
        await using PrometheusServer server = await Availability.OrSkipAsync(PrometheusServer.StartAsync());
        string topic = await CreateSourceAsync(servers);
        await using MoodyReceiver receiver = await MoodyReceiver.StartAsync(server.RemoteWriteAddress);
        await using StreamApplication application = new(servers, topic) { RemoteWriteAddress = receiver.Address };
        await using Traffic traffic = Traffic.Start(servers, topic, seed: 22);
        WorkerProcess worker = application.StartWorker();
        for (int kill = 0; kill < 3; kill++)
        {
            await traffic.WaitForMoreAsync(RecordsBetween);
            int before = receiver.HandedOn.Count;
            WorkerProcess victim = worker;
            receiver.Accepted = () => victim.Kill();
            await Eventually.TrueAsync(() => victim.HasExited, () => application.Output, Deadline);
            receiver.Accepted = null;
            await victim.WaitForExitAsync();
            Assert.True(receiver.HandedOn.Count > before);
            worker = application.StartWorker();
            await worker.WaitForOutputAsync("restored", Deadline);
        }

        await traffic.WaitForMoreAsync(RecordsBetween);
        SpanTruth truth = SpanTruth.Of(await traffic.StopAsync());
        PrometheusTotals totals = new(server, application);
        await totals.BecomeAsync(truth);
        await totals.NeverFellAsync();
        await totals.HasEveryPointAsync();
    }

    [Fact]
    public async Task Of_a_request_only_the_refused_samples_are_missing_and_they_are_counted()
    {
        string servers = await kafka.RequireAsync();
        await using PrometheusServer server = await Availability.OrSkipAsync(PrometheusServer.StartAsync());
        string topic = await CreateSourceAsync(servers);
        await using MoodyReceiver receiver = await MoodyReceiver.StartAsync(server.RemoteWriteAddress);
        receiver.Moods = _ => Mood.Broken;
        await using StreamApplication application = new(servers, topic) { RemoteWriteAddress = receiver.Address };
        await using Traffic traffic = Traffic.Start(servers, topic, seed: 23);
        WorkerProcess worker = application.StartWorker();
        await Eventually.TrueAsync(() => receiver.Seen.Count > 0, () => application.Output, Deadline);

        // Somebody else writes one of our series, with a time some seconds from now: until then ours come too late for it.
        long conflictMillis = (TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / 1000 * 1000) + 5_000;
        SeriesName name = await IntrudeAsync(server, receiver.Seen[0], conflictMillis);
        receiver.Moods = _ => Mood.Fine;
        await Eventually.TrueAsync(
            () => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() > conflictMillis + 3_000, () => "time stands still", Deadline);
        await traffic.WaitForMoreAsync(RecordsBetween);
        SpanTruth truth = SpanTruth.Of(await traffic.StopAsync());
        PrometheusTotals totals = new(server, application);
        await totals.BecomeAsync(truth);

        await totals.HasEveryPointAsync(except: name);
        PrometheusSeries ours = Assert.Single(
            await server.QueryAsync($"{totals.CallsSelector}[1h]"), series => PrometheusTotals.Name(series.Labels) == name);
        PointLog points = PointLog.Read(servers, application.MetricsTopic);
        IEnumerable<(double, double)> later = points.Calls[name]
            .Select(point => (point.TimeUnixNano / 1e9, (double)point.AsInt))
            .Where(point => point.Item1 * 1000 > conflictMillis && point.Item1 <= ours.Points[^1].TimeSeconds);
        Assert.Equal([(conflictMillis / 1e3, 0), .. later], ours.Points);
        await worker.WaitForOutputAsync("already_written");
        await worker.WaitForOutputAsync("duplicate");
    }

    // One series of calls, taken from what the worker sends.
    private static async Task<SeriesName> IntrudeAsync(PrometheusServer server, byte[] body, long timeMillis)
    {
        TimeSeries series = WriteRequest.Parser.ParseFrom(Snappy.DecompressToArray(body)).Timeseries
            .First(one => one.Labels.Any(label => label is { Name: "__name__", Value: "traces_span_metrics_calls_total" }));
        series.Samples.Clear();
        series.Samples.Add(new Sample { Timestamp = timeMillis, Value = 0 });
        using HttpClient http = new();
        using ByteArrayContent content = new(Snappy.CompressToArray(new WriteRequest { Timeseries = { series } }.ToByteArray()));
        content.Headers.TryAddWithoutValidation("Content-Encoding", "snappy");
        content.Headers.TryAddWithoutValidation("Content-Type", "application/x-protobuf");
        using HttpResponseMessage answer = await http.PostAsync(server.RemoteWriteAddress, content);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        return PrometheusTotals.Name(series.Labels.ToDictionary(label => label.Name, label => label.Value));
    }

    private static async Task<string> CreateSourceAsync(string servers)
    {
        string topic = Topics.UniqueName("spans");
        await Topics.CreateAsync(servers, topic, RecordFile.PartitionCount, AppendTime);
        return topic;
    }
}
