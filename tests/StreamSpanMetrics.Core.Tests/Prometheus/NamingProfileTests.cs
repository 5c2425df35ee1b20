using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Metrics.V1;
using StreamSpanMetrics.Core.Prometheus;

namespace StreamSpanMetrics.Core.Tests.Prometheus;

/// <summary>The same record under the names that different readers expect.</summary>
public sealed class NamingProfileTests
{
    private const ulong T = 1_700_000_060_000;
    private const string Otel = "{job=\"cart\",otel_scope_name=\"spanmetricsconnector\",service_name=\"cart\",span_name=\"GET /\"}";
    private const string Tempo = "{job=\"cart\",service=\"cart\",span_name=\"GET /\"}";
    private static readonly string[] Span = ["service.name", "cart", "span.name", "GET /"];

    [Fact]
    public void Legacy_leaves_the_namespace_out_and_nothing_else() => Assert.Equal(
        [
            $"calls_total{Otel} 3@{T}",
            $"duration_milliseconds_sum{Otel} 250@{T}",
            $"duration_milliseconds_count{Otel} 3@{T}",
            $"duration_milliseconds_bucket{WithBound(Otel, "2")} 1@{T}",
            $"duration_milliseconds_bucket{WithBound(Otel, "1000")} 3@{T}",
            $"duration_milliseconds_bucket{WithBound(Otel, "+Inf")} 3@{T}",
            $"events_total{Otel} 5@{T}",
            $"target_info{{job=\"cart\",region=\"eu\"}} 1@{T}",
        ],
        Lines(NamingProfile.Legacy));

    [Fact]
    public void Tempo_has_names_of_its_own_and_seconds() => Assert.Equal(
        [
            $"traces_spanmetrics_calls_total{Tempo} 3@{T}",
            $"traces_spanmetrics_latency_sum{Tempo} 0.25@{T}",
            $"traces_spanmetrics_latency_count{Tempo} 3@{T}",
            $"traces_spanmetrics_latency_bucket{WithBound(Tempo, "0.002")} 1@{T}",
            $"traces_spanmetrics_latency_bucket{WithBound(Tempo, "1")} 3@{T}",
            $"traces_spanmetrics_latency_bucket{WithBound(Tempo, "+Inf")} 3@{T}",
            $"traces_spanmetrics_events_total{Tempo} 5@{T}",
            $"traces_target_info{{job=\"cart\",region=\"eu\"}} 1@{T}",
        ],
        Lines(NamingProfile.Tempo));

    [Fact]
    public void Several_profiles_write_each_series_once_for_each_and_a_shared_name_once()
    {
        string[] expected = [.. Lines(NamingProfile.Otel), .. Lines(NamingProfile.Legacy), .. Lines(NamingProfile.Tempo)];
        string[] all = Lines(NamingProfile.Otel, NamingProfile.Legacy, NamingProfile.Tempo);
        Assert.Equal(expected.Distinct().Order(StringComparer.Ordinal), all.Order(StringComparer.Ordinal));
        Assert.Single(all, line => line.StartsWith("target_info", StringComparison.Ordinal));
    }

    [Fact]
    public void Seconds_stay_as_they_are() => Assert.Contains(
        $"traces_spanmetrics_latency_bucket{WithBound(Tempo, "2")} 1@{T}",
        TestSeries.Lines(SeriesTranslatorTests.Translate(Rules(NamingProfile.Tempo), Record("s"))));

    [Fact]
    public void What_no_profile_knows_keeps_its_name()
    {
        ExportMetricsServiceRequest record = SeriesTranslatorTests.Record(
            ["service.name", "cart"], SeriesTranslatorTests.Calls("other.calls", SeriesTranslatorTests.Number(T, 1)));
        foreach (NamingProfile profile in Enum.GetValues<NamingProfile>())
        {
            string line = Assert.Single(TestSeries.Lines(SeriesTranslatorTests.Translate(Rules(profile), record)));
            Assert.StartsWith("other_calls_total{", line, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(TranslationStrategy.NoTranslation)]
    [InlineData(TranslationStrategy.UnderscoreEscapingWithoutSuffixes)]
    public void Tempos_names_do_not_depend_on_the_translation(TranslationStrategy translation) => Assert.Equal(
        Lines(NamingProfile.Tempo),
        TestSeries.Lines(SeriesTranslatorTests.Translate(Rules(NamingProfile.Tempo) with { Translation = translation }, Record("ms"))));

    [Fact]
    public void Custom_buckets_and_their_sum_are_seconds_too()
    {
        HistogramDataPoint point = new() { Count = 3, Sum = 250 };
        point.ExplicitBounds.Add([2, 1000]);
        point.BucketCounts.Add([1, 2, 0]);
        global::Prometheus.RemoteWrite.V1.Histogram native = NativeHistograms.Of(point, 1, isStale: false, divisor: 1000);
        Assert.Equal([0.002, 1], native.CustomValues);
        Assert.Equal((0.25, 3ul), (native.Sum, native.CountInt));
    }

    // Labels are sorted, and job is the last one before le.
    private static string WithBound(string labels, string bound) =>
        labels.Replace("job=\"cart\",", $"job=\"cart\",le=\"{bound}\",", StringComparison.Ordinal);

    private static string[] Lines(params NamingProfile[] profiles) =>
        TestSeries.Lines(SeriesTranslatorTests.Translate(Rules(profiles), Record("ms")));

    private static PrometheusRules Rules(params NamingProfile[] profiles) => new() { Profiles = profiles, PointNamespace = "traces.span.metrics" };

    private static ExportMetricsServiceRequest Record(string unit)
    {
        HistogramDataPoint duration = SeriesTranslatorTests.Duration(T, [1, 2, 0], [2, 1000], 250);
        duration.Attributes.Clear();
        duration.Attributes.Add(SeriesTranslatorTests.Number(T, 0, Span).Attributes);
        return SeriesTranslatorTests.Record(
            ["service.name", "cart", "region", "eu"],
            SeriesTranslatorTests.Calls("traces.span.metrics.calls", SeriesTranslatorTests.Number(T, 3, Span)),
            SeriesTranslatorTests.Histogram("traces.span.metrics.duration", unit, duration),
            SeriesTranslatorTests.Calls("traces.span.metrics.events", SeriesTranslatorTests.Number(T, 5, Span)));
    }
}
