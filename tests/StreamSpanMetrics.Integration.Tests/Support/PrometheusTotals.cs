namespace StreamSpanMetrics.Integration.Tests.Support;

/// <summary>Reads an application's series back from Prometheus, and compares them with the truth.</summary>
public sealed class PrometheusTotals(PrometheusServer server, StreamApplication application)
{
    private const string Calls = "traces_span_metrics_calls_total";
    private const string Buckets = "traces_span_metrics_duration_milliseconds_bucket";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    /// <summary>Whether workers may have ended with an error and been started again: where the test made them.</summary>
    public bool MayHaveEnded { get; init; }

    /// <summary>Selects the calls of the application.</summary>
    public string CallsSelector => $"{Calls}{{run=\"{application.Id}\"}}";

    /// <summary>Selects the buckets of the application.</summary>
    public string BucketsSelector => $"{Buckets}{{run=\"{application.Id}\"}}";

    /// <summary>Waits until the calls add up to all spans, and asserts that every count and every bucket is right then.</summary>
    public async Task BecomeAsync(SpanTruth truth)
    {
        double seen = 0;
        await Eventually.TrueAsync(
            async () =>
            {
                if (!MayHaveEnded)
                {
                    application.HasNotFailed();
                }

                seen = await TotalAsync($"sum({CallsSelector})");
                Assert.True(seen <= truth.Spans, $"{seen} spans counted, but there are {truth.Spans}\n{application.Output}");
                return seen == truth.Spans && await TotalAsync($"sum({BucketsSelector[..^1]}, le=\"+Inf\"}})") == truth.Spans;
            },
            () => $"{seen} of {truth.Spans} spans are counted\n{application.Output}",
            Deadline);
        Assert.Equal(Sorted(truth.Calls), Sorted(Counts(await server.QueryAsync(CallsSelector), Name)));
        Assert.Equal(Sorted(truth.Buckets), Sorted(Counts(await server.QueryAsync(BucketsSelector), Bucket)));
    }

    /// <summary>Asserts that no counter and no bucket ever fell.</summary>
    public async Task NeverFellAsync()
    {
        IReadOnlyList<PrometheusSeries> calls = await server.QueryAsync($"resets({CallsSelector}[1h])");
        IReadOnlyList<PrometheusSeries> buckets = await server.QueryAsync($"resets({BucketsSelector}[1h])");
        Assert.NotEmpty(calls);
        Assert.NotEmpty(buckets);
        Assert.All(calls.Concat(buckets), series => Assert.Equal(0, series.Value));
    }

    /// <summary>
    /// Asserts that Prometheus holds what the metrics topic holds: every point of every series of calls, none left out.
    /// </summary>
    /// <param name="except">A series that is not looked at; null: all are.</param>
    public async Task HasEveryPointAsync(SeriesName? except = null)
    {
        IReadOnlyList<PrometheusSeries> stored = await server.QueryAsync($"{CallsSelector}[1h]");
        PointLog points = PointLog.Read(application.BootstrapServers, application.MetricsTopic);
        points.IsGapless(stepSeconds: 1);
        Assert.Equal(points.Calls.Count, stored.Count);
        foreach (PrometheusSeries series in stored.Where(series => Name(series.Labels) != except))
        {
            IEnumerable<(double, double)> written = points.Calls[Name(series.Labels)]
                .Select(point => (point.TimeUnixNano / 1e9, (double)point.AsInt))
                .TakeWhile(point => point.Item1 <= series.Points[^1].TimeSeconds);
            Assert.Equal(written, series.Points);
        }
    }

    /// <summary>Asserts that no series has a label.</summary>
    public async Task HaveNoLabelAsync(string label)
    {
        Assert.Empty(await server.QueryAsync($"{CallsSelector[..^1]}, {label}!=\"\"}}"));
        Assert.Empty(await server.QueryAsync($"{BucketsSelector[..^1]}, {label}!=\"\"}}"));
    }

    /// <summary>The series that a set of labels names.</summary>
    public static SeriesName Name(IReadOnlyDictionary<string, string> labels) => new(
        labels["job"],
        labels.GetValueOrDefault("deployment_environment_name", ""),
        labels["service_name"],
        labels["span_name"],
        labels["span_kind"],
        labels["status_code"]);

    private static BucketName Bucket(IReadOnlyDictionary<string, string> labels) => new(Name(labels), labels["le"]);

    private async Task<double> TotalAsync(string expression)
    {
        IReadOnlyList<PrometheusSeries> answer = await server.QueryAsync(expression);
        return answer.Count == 0 ? 0 : answer[0].Value;
    }

    private static Dictionary<TName, long> Counts<TName>(
        IReadOnlyList<PrometheusSeries> series, Func<IReadOnlyDictionary<string, string>, TName> name)
        where TName : notnull
    {
        Dictionary<TName, long> counts = [];
        foreach (PrometheusSeries one in series)
        {
            Assert.True(counts.TryAdd(name(one.Labels), (long)one.Value), $"two series for {name(one.Labels)}");
        }

        return counts;
    }

    private static SortedDictionary<string, long> Sorted<TName>(IReadOnlyDictionary<TName, long> counts)
        where TName : notnull =>
        new(counts.ToDictionary(count => count.Key.ToString()!, count => count.Value), StringComparer.Ordinal);
}
