using System.Globalization;
using System.Text.RegularExpressions;
using OpenTelemetry.Proto.Metrics.V1;
using StreamSpanMetrics.Integration.Tests.Support;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Integration.Tests.Pipeline;

/// <summary>Records with impossible timestamps harm neither other records nor the clock (T1, T2).</summary>
public sealed partial class PoisonedTimeTests(KafkaFixture kafka)
{
    private const int Partition = 2;
    private const int Ahead = 3;
    private const int StepSeconds = 1;

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private static readonly Dictionary<string, string> AnyTime = new()
    {
        ["message.timestamp.type"] = "CreateTime",
        ["message.timestamp.after.max.ms"] = "7200000",
        ["retention.ms"] = "-1",
    };

    [Fact]
    public async Task Timestamps_of_another_hour_or_of_none_change_no_other_point()
    {
        string servers = await kafka.RequireAsync();
        string topic = Topics.UniqueName("spans");
        await Topics.CreateAsync(servers, topic, RecordFile.PartitionCount, AnyTime);
        await using StreamApplication application = new(servers, topic) { Stream = "shards: 2, telemetry: {host: 127.0.0.1, port: 0}" };
        WorkerProcess worker = application.StartWorker();
        await worker.WaitForOutputAsync("are served at", Deadline);
        await using Traffic traffic = Traffic.Start(servers, topic, seed: 31);
        await traffic.WaitForMoreAsync(100);
        List<byte[]> poisoned = Poison(servers, topic);
        await traffic.WaitForMoreAsync(200);
        SpanTruth truth = SpanTruth.Of([.. await traffic.StopAsync(), .. poisoned]);

        PointLog points = await BecomesAsync(application, truth);
        ulong now = (ulong)TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() * 1_000_000;
        points.Holds(truth);
        points.IsGapless(StepSeconds);
        foreach (List<NumberDataPoint> series in points.Calls.Values)
        {
            Assert.InRange(series[0].TimeUnixNano, now - (ulong)Deadline.TotalNanoseconds, now);
            Assert.InRange(series[^1].TimeUnixNano, now - (ulong)Deadline.TotalNanoseconds, now);
        }

        using HttpClient client = new();
        Uri pages = new(Address().Match(worker.Output).Value);
        string told = await client.GetStringAsync(new Uri(pages, "/metrics"), TestContext.Current.CancellationToken);
        Assert.Equal(Ahead, Sum(told, "spanmetrics_clock_ahead_total"));
        Assert.Equal(0, Sum(told, "spanmetrics_folded_total"));
        Assert.Equal(0, Sum(told, "spanmetrics_spans_dropped_total"));
    }

    // In one partition, in the middle of the others' records: none, almost none, and an hour ahead.
    private static List<byte[]> Poison(string servers, string topic)
    {
        SpanMaker spans = new(seed: 32);
        long soon = (TimeProvider.System.GetUtcNow() + Hour).ToUnixTimeMilliseconds();
        long[] timestamps = [-1, 1, soon, -1, soon, 1, soon];
        Assert.Equal(Ahead, timestamps.Count(timestamp => timestamp == soon));
        List<CapturedRecord> records = [.. timestamps.Select(timestamp => new CapturedRecord(Partition, 0, timestamp, null, spans.Next(4)))];
        RecordProducer.Produce(servers, topic, records);
        return [.. records.Select(record => record.Value)];
    }

    private static async Task<PointLog> BecomesAsync(StreamApplication application, SpanTruth truth)
    {
        long seen = 0;
        return await Eventually.GetAsync(
            () =>
            {
                application.HasNotFailed();
                PointLog points = PointLog.Read(application.BootstrapServers, application.MetricsTopic);
                seen = points.LatestCalls;
                return Task.FromResult(seen == truth.Spans ? points : null);
            },
            () => $"{seen} of {truth.Spans} spans are in the points\n{application.Output}",
            Deadline);
    }

    private static double Sum(string page, string name) => page.Split('\n')
        .Where(line => line.StartsWith(name + "{", StringComparison.Ordinal) || line.StartsWith(name + " ", StringComparison.Ordinal))
        .Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));

    [GeneratedRegex("http://127[^ ]+/")]
    private static partial Regex Address();
}
