using OpenTelemetry.Proto.Metrics.V1;
using StreamSpanMetrics.Integration.Tests.Support;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Integration.Tests.Pipeline;

/// <summary>A backlog is counted in the time of its data, as if it had been read when it was written (P4, A7).</summary>
public sealed class BacklogTests(KafkaFixture kafka, PrometheusFixture prometheus)
{
    // Sparse partitions drain a hundred times faster than dense ones.
    private static readonly int[] RecordSeconds = [2, 5, 30, 120];

    private static readonly TimeSpan TwoHours = TimeSpan.FromHours(2);
    private static readonly TimeSpan Week = TimeSpan.FromDays(7);
    private static readonly TimeSpan Expiry = TimeSpan.FromHours(1);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(150);

    private static readonly Dictionary<string, string> KeptForEver = new() { ["message.timestamp.type"] = "CreateTime", ["retention.ms"] = "-1" };

    [Fact]
    public async Task Two_hours_of_uneven_partitions_give_the_points_of_undisturbed_workers()
    {
        const int MaxSkewSteps = 20;
        TimeSpan step = TimeSpan.FromSeconds(15);
        string servers = await kafka.RequireAsync();
        string topic = Topics.UniqueName("spans");
        await Topics.CreateAsync(servers, topic, RecordSeconds.Length, KeptForEver);
        SpanMaker spans = new(seed: 21);
        List<CapturedRecord> records = Until(TimeProvider.System.GetUtcNow(), TwoHours, partition => RecordSeconds[partition], _ => spans.Next(20));
        RecordProducer.Produce(servers, topic, records);
        PointTruth truth = PointTruth.Of(records, step, Expiry);

        await using StreamApplication disturbed = new(servers, topic) { Step = "15s", Stream = "shards: 2, commit_interval: 300ms" };
        await using StreamApplication undisturbed = new(servers, topic)
        {
            Step = "15s",
            Stream = "shards: 2, commit_interval: 200ms",
            RemoteWriteAddress = (await prometheus.RequireAsync()).RemoteWriteAddress,
        };
        WorkerProcess[] workers = [disturbed.StartWorker(), disturbed.StartWorker()];
        await Eventually.TrueAsync(() => HasPoints(disturbed), () => $"no points\n{disturbed.Output}", Deadline);
        Array.ForEach(workers, worker => worker.Kill());
        disturbed.StartWorker();
        undisturbed.StartWorker();
        await HoldsAsync(disturbed, truth);
        await HoldsAsync(undisturbed, truth);

        await HasEveryPointAsync(undisturbed);
        long firstMillis = records.Min(record => record.TimestampMillis);
        long most = WatermarkSpread.Most(servers, undisturbed.Id + ".deltas", firstMillis, step, RecordSeconds.Length);
        // The record that goes beyond the limit may be as far beyond it as two records of its partition are apart.
        Assert.InRange(most, MaxSkewSteps / 2, MaxSkewSteps + 1 + (RecordSeconds.Max() / (int)step.TotalSeconds));
    }

    [Fact]
    public async Task A_first_start_over_a_week_of_log_gives_a_week_of_points()
    {
        string servers = await kafka.RequireAsync();
        string topic = Topics.UniqueName("spans");
        await Topics.CreateAsync(servers, topic, RecordSeconds.Length, KeptForEver);
        // The last step is over already.
        DateTimeOffset end = TimeProvider.System.GetUtcNow() - TimeSpan.FromSeconds(190);
        SpanMaker spans = new(seed: 22);
        // A nightly job runs for two hours a day: its series ends and begins anew.
        List<CapturedRecord> records = Until(end, Week, partition => 120 + (300 * partition), time =>
            spans.Request(time.Hour < 2 && time.Minute % 3 == 0 ? "nightly" : "shop", "production", 3, "work"));
        RecordProducer.Produce(servers, topic, records);
        TimeSpan step = TimeSpan.FromMinutes(3);
        PointTruth truth = PointTruth.Of(records, step, Expiry);
        Assert.InRange(truth.Rebirths, 6, 7);

        await using StreamApplication application = new(servers, topic) { Step = "3m", Stream = "shards: 2, commit_interval: 1s" };
        application.StartWorker();
        await HoldsAsync(application, truth);
    }

    // Points two hours behind the newest ones in the same Prometheus, which has an out-of-order window (E3).
    private async Task HasEveryPointAsync(StreamApplication application)
    {
        PrometheusServer server = await prometheus.RequireAsync();
        PrometheusTotals totals = new(server, application);
        List<string> missing = [];
        await Eventually.TrueAsync(
            async () =>
            {
                HashSet<string> stored = [];
                foreach (PrometheusSeries series in await server.QueryAsync($"{totals.CallsSelector}[4h]"))
                {
                    stored.UnionWith(series.Points.Select(point => Text(PrometheusTotals.Name(series.Labels), point.TimeSeconds, point.Value)));
                }

                PointLog log = PointLog.Read(application.BootstrapServers, application.MetricsTopic);
                missing =
                [
                    .. from series in log.Calls
                       from point in series.Value
                       let text = Text(series.Key, point.TimeUnixNano / 1e9, point.AsInt)
                       where !stored.Contains(text)
                       select text,
                ];
                return missing.Count == 0;
            },
            () => $"{missing.Count} points are missing in Prometheus: {string.Join('\n', missing.Take(10))}",
            Deadline);
    }

    private static string Text(SeriesName name, double seconds, double value) => FormattableString.Invariant($"{name} {seconds} {value}");

    private static List<CapturedRecord> Until(DateTimeOffset end, TimeSpan length, Func<int, int> seconds, Func<DateTimeOffset, byte[]> value)
    {
        List<CapturedRecord> records = [];
        for (int partition = 0; partition < RecordSeconds.Length; partition++)
        {
            for (DateTimeOffset time = end - length; time <= end; time += TimeSpan.FromSeconds(seconds(partition)))
            {
                records.Add(new CapturedRecord(partition, 0, time.ToUnixTimeMilliseconds(), null, value(time)));
            }
        }

        return records;
    }

    private static bool HasPoints(StreamApplication application)
    {
        application.HasNotFailed();
        return Topics.Exists(application.BootstrapServers, application.MetricsTopic)
            && TopicReader.ReadAll(application.BootstrapServers, application.MetricsTopic).Count > 0;
    }

    private static async Task HoldsAsync(StreamApplication application, PointTruth truth)
    {
        long seen = 0;
        await Eventually.TrueAsync(
            () =>
            {
                seen = HasPoints(application) ? PointLog.Read(application.BootstrapServers, application.MetricsTopic).LatestCalls : 0;
                return seen == truth.LatestSpans;
            },
            () => $"{seen} of {truth.LatestSpans} spans are in the points\n{application.Output}",
            Deadline);
        truth.IsHeldBy(PointLog.Read(application.BootstrapServers, application.MetricsTopic));
    }
}
