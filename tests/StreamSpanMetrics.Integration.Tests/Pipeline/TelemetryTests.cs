using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using StreamSpanMetrics.Integration.Tests.Support;
using StreamSpanMetrics.Telemetry;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Integration.Tests.Pipeline;

/// <summary>The pages of a worker that works: what they say is what happened.</summary>
public sealed partial class TelemetryTests(KafkaFixture kafka, PrometheusFixture prometheus) : IDisposable
{
    private const int Records = 100;
    private const int Loops = 3;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly HttpClient client = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => client.Dispose();

    [Fact]
    public async Task A_worker_tells_what_it_does_and_whether_it_is_ready()
    {
        string servers = await kafka.RequireAsync();
        PrometheusServer server = await prometheus.RequireAsync();
        string topic = Topics.UniqueName("spans");
        Dictionary<string, string> appendTime = new() { ["message.timestamp.type"] = "LogAppendTime" };
        await Topics.CreateAsync(servers, topic, RecordFile.PartitionCount, appendTime);
        await using StreamApplication application = new(servers, topic)
        {
            RemoteWriteAddress = server.RemoteWriteAddress,
            Stream = "shards: 4, telemetry: {host: 127.0.0.1, port: 0}",
        };
        await using Traffic traffic = Traffic.Start(servers, topic, seed: 8);
        WorkerProcess worker = application.StartWorker();
        await worker.WaitForOutputAsync("are served at", Deadline);
        Uri pages = new(Address().Match(worker.Output).Value);

        await Eventually.TrueAsync(async () => await StatusAsync(pages, "/readyz") == HttpStatusCode.OK, () => worker.Output, Deadline);
        await traffic.WaitForMoreAsync(Records);
        SpanTruth truth = SpanTruth.Of(await traffic.StopAsync());
        await new PrometheusTotals(server, application).BecomeAsync(truth);
        Dictionary<string, double> told = [];
        await Eventually.TrueAsync(
            async () =>
            {
                told = await MetricsAsync(pages);
                return HaveCaughtUp(told);
            },
            () => string.Join('\n', told),
            Deadline);

        Assert.Equal(truth.Spans, told["spanmetrics_spans_counted_total"]);
        Assert.Equal(4, told["spanmetrics_assigned_partitions{stage=\"export\"}"]);
        Assert.Equal(0, told["spanmetrics_samples_refused_total{reason=\"too_old\"}"]);
        Assert.True(told["spanmetrics_samples_sent_total"] > truth.Calls.Count);
        Assert.True(told["spanmetrics_step_to_sample_seconds_count"] > 0);
        Assert.InRange(told["spanmetrics_watermark_behind_seconds{partition=\"0\"}"], -1, 10);
        Assert.Equal(0, Rows(told, "spanmetrics_unstable_age_seconds").Max(one => one.Value));
        Assert.Contains(told.Keys, name => name.StartsWith("dotnet_", StringComparison.Ordinal));
        Assert.Empty(told.Keys.Select(Family).Where(name => name.StartsWith("spanmetrics_", StringComparison.Ordinal)).Except(KnownNames()));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(pages, "/healthz"));
        worker.Stop();
        Assert.True(await worker.WaitForExitAsync() == 0, worker.Output);
    }

    // All spans are read, and what follows from them is at most a few seconds old: points go on with every step.
    private static bool HaveCaughtUp(Dictionary<string, double> told)
    {
        List<KeyValuePair<string, double>> seconds = Rows(told, "spanmetrics_lag_seconds");
        return seconds.Count == Loops * RecordFile.PartitionCount
            && seconds.TrueForAll(one => one.Value < (one.Key.Contains("aggregate", StringComparison.Ordinal) ? 0.001 : 5));
    }

    private static List<KeyValuePair<string, double>> Rows(Dictionary<string, double> told, string name) =>
        [.. told.Where(one => one.Key.StartsWith(name + "{", StringComparison.Ordinal))];

    [GeneratedRegex("http://127[^ ]+/")]
    private static partial Regex Address();

    private static IEnumerable<string> KnownNames() => InstrumentCatalog.Entries.Select(entry => entry.PrometheusName);

    private static string Family(string series)
    {
        string name = series.Split('{')[0];
        string[] parts = ["_bucket", "_sum", "_count"];
        string? part = parts.FirstOrDefault(part => name.EndsWith("_seconds" + part, StringComparison.Ordinal));
        return part is null ? name : name[..^part.Length];
    }

    private async Task<HttpStatusCode> StatusAsync(Uri pages, string path)
    {
        using HttpResponseMessage response = await client.GetAsync(new Uri(pages, path), Cancel);
        return response.StatusCode;
    }

    private async Task<Dictionary<string, double>> MetricsAsync(Uri pages)
    {
        string text = await client.GetStringAsync(new Uri(pages, "/metrics"), Cancel);
        Dictionary<string, double> values = [];
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#'))
        {
            int space = line.LastIndexOf(' ');
            string name = line[..space].Replace("{}", "", StringComparison.Ordinal);
            values.Add(name, double.Parse(line[(space + 1)..], CultureInfo.InvariantCulture));
        }

        return values;
    }
}
