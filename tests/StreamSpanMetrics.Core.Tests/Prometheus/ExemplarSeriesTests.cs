using System.Globalization;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Metrics.V1;
using OpenTelemetry.Proto.Resource.V1;
using StreamSpanMetrics.Core.Prometheus;
using StreamSpanMetrics.Testing;
using V1 = Prometheus.RemoteWrite.V1;

namespace StreamSpanMetrics.Core.Tests.Prometheus;

/// <summary>At which series exemplars stand, in which order, and which are left out.</summary>
public sealed class ExemplarSeriesTests
{
    private const ulong Millis = 1_000_000;

    // In no order; 3 and 4 share a millisecond, 5 has the edge of a bucket as value.
    private static readonly Exemplar[] Some = [One(5, 2000, 10), One(3, 1000, 7), One(1, 3000, 0.5), One(4, 1000, 2), One(2, 2500, 1e9)];

    [Fact]
    public void A_counter_has_all_by_time_and_then_by_value() =>
        Assert.Equal(["calls_total: 4=2@1000 3=7@1000 5=10@2000 2=1000000000@2500 1=0.5@3000"], Lines(Calls(Some)));

    [Fact]
    public void A_bucket_has_those_that_it_is_the_first_for() => Assert.Equal(
        [
            "duration_milliseconds_bucket 1: 1=0.5@3000",
            "duration_milliseconds_bucket 10: 4=2@1000 3=7@1000 5=10@2000",
            "duration_milliseconds_bucket +Inf: 2=1000000000@2500",
        ],
        Lines(Duration([Some])));

    [Fact]
    public void So_it_is_where_a_record_has_several_points_of_the_series() => Assert.Equal(
        [
            "duration_milliseconds_bucket 1: 1=0.5@3000",
            "duration_milliseconds_bucket 10: 4=2@1000 3=7@1000 5=10@2000 6=3@9000",
            "duration_milliseconds_bucket +Inf: 2=1000000000@2500",
        ],
        Lines(Duration([[], Some, [One(6, 9000, 3)]])));

    [Fact]
    public void Native_histograms_have_all_of_them()
    {
        string[] all = ["duration_milliseconds: 4=2@1000 3=7@1000 5=10@2000 2=1000000000@2500 1=0.5@3000"];
        Metric exponential = new() { Name = "duration", Unit = "ms", ExponentialHistogram = new ExponentialHistogram() };
        exponential.ExponentialHistogram.AggregationTemporality = AggregationTemporality.Cumulative;
        exponential.ExponentialHistogram.DataPoints.Add(new ExponentialHistogramDataPoint { TimeUnixNano = 5000 * Millis, Exemplars = { Some } });
        Assert.Equal(all, Lines(exponential));
        Assert.Equal(all, Lines(Duration([Some]), new PrometheusRules { ExplicitAsCustomBuckets = true }));
    }

    [Fact]
    public void Under_names_in_seconds_the_values_of_durations_are_seconds() => Assert.Equal(
        [
            "traces_spanmetrics_latency_bucket 0.001: 1=0.0005@3000",
            "traces_spanmetrics_latency_bucket 0.01: 4=0.002@1000 3=0.007@1000 5=0.01@2000",
            "traces_spanmetrics_latency_bucket +Inf: 2=1000000@2500",
        ],
        Lines(Duration([Some]), new PrometheusRules { Profiles = [NamingProfile.Tempo] }));

    [Fact]
    public void Gauges_markers_and_exemplars_without_ids_have_none()
    {
        Metric gauge = new() { Name = "depth", Gauge = new Gauge() };
        gauge.Gauge.DataPoints.Add(new NumberDataPoint { TimeUnixNano = 5000 * Millis, AsInt = 1, Exemplars = { Some } });
        Assert.Empty(Lines(gauge));

        Metric ended = Calls(Some);
        ended.Sum.DataPoints[0].Flags = 1;
        Assert.Empty(Lines(ended));

        Exemplar anonymous = new() { TimeUnixNano = 1, AsDouble = 1 };
        Exemplar odd = new() { TraceId = ByteString.CopyFrom(1, 2, 3), SpanId = ByteString.CopyFrom(new byte[8]), AsDouble = 1 };
        Assert.Empty(Lines(Calls([anonymous, odd])));
    }

    [Fact]
    public void Labels_are_span_id_and_trace_id()
    {
        V1.WriteRequest request = Translate(Calls([One(7, 1, 0)]), new PrometheusRules());
        Assert.Equal(
            ["span_id=0000000000000007", "trace_id=0000000000000000000000000000ab07"],
            request.Timeseries[0].Exemplars[0].Labels.Select(label => $"{label.Name}={label.Value}"));
    }

    private static Exemplar One(byte number, ulong millis, double value) => new()
    {
        TimeUnixNano = (millis * Millis) + number,
        AsDouble = value,
        SpanId = ByteString.CopyFrom([.. new byte[7], number]),
        TraceId = ByteString.CopyFrom([.. new byte[14], 0xAB, number]),
    };

    private static Metric Calls(Exemplar[] exemplars)
    {
        Metric metric = new() { Name = "calls", Sum = new Sum { IsMonotonic = true, AggregationTemporality = AggregationTemporality.Cumulative } };
        metric.Sum.DataPoints.Add(new NumberDataPoint { TimeUnixNano = 5000 * Millis, AsInt = 5, Exemplars = { exemplars } });
        return metric;
    }

    private static Metric Duration(Exemplar[][] points)
    {
        Metric metric = new() { Name = "duration", Unit = "ms", Histogram = new Histogram() };
        metric.Histogram.AggregationTemporality = AggregationTemporality.Cumulative;
        for (int at = 0; at < points.Length; at++)
        {
            metric.Histogram.DataPoints.Add(new HistogramDataPoint
            {
                TimeUnixNano = (ulong)(5000 + at) * Millis, Count = 5, Sum = 1, ExplicitBounds = { 1, 10 }, BucketCounts = { 1, 3, 1 },
                Exemplars = { points[at] },
            });
        }

        return metric;
    }

    private static V1.WriteRequest Translate(Metric metric, PrometheusRules rules)
    {
        ResourceMetrics resource = new() { Resource = new Resource(), ScopeMetrics = { new ScopeMetrics { Metrics = { metric } } } };
        resource.Resource.Attributes.Add(new KeyValue { Key = "service.name", Value = new AnyValue { StringValue = "c" } });
        SeriesBuffer buffer = new();
        new SeriesTranslator(rules).Translate(new ExportMetricsServiceRequest { ResourceMetrics = { resource } }, buffer);
        V1.WriteRequest request = TestSeries.Decode(buffer);
        Assert.Equal(request, Version2Requests.ToVersion1(TestSeries.Decode2(buffer)));
        return request;
    }

    private static string[] Lines(Metric metric, PrometheusRules? rules = null) =>
    [
        .. from series in Translate(metric, rules ?? new PrometheusRules()).Timeseries
           where series.Exemplars.Count > 0
           let name = series.Labels.Single(label => label.Name == "__name__").Value
           let bound = series.Labels.SingleOrDefault(label => label.Name == "le")
           select name + (bound is null ? "" : " " + bound.Value) + ":" + string.Concat(series.Exemplars.Select(Text)),
    ];

    private static string Text(V1.Exemplar one)
    {
        string spanId = one.Labels.Single(label => label.Name == "span_id").Value;
        return string.Create(CultureInfo.InvariantCulture, $" {spanId.TrimStart('0')}={one.Value:0.#######}@{one.Timestamp}");
    }
}
