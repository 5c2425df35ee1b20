using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Metrics.V1;
using OpenTelemetry.Proto.Resource.V1;
using StreamSpanMetrics.Core.Prometheus;

namespace StreamSpanMetrics.Core.Tests.Prometheus;

public sealed class SeriesTranslatorTests
{
    private const ulong T = 1_700_000_060_000;
    // calls_total{job="checkout"} 3 @1700000000000, encoded by hand from the field numbers of prompb/types.proto.
    private const string Vector =
        "0a3c0a170a085f5f6e616d655f5f120b63616c6c735f746f74616c0a0f0a036a6f621208636865636b6f7574"
        + "12100900000000000008401080d095ffbc31";

    private static readonly PrometheusRules Bare = new() { DisableScopeInfo = true };
    private static readonly string[] Span = ["span.name", "GET /cart", "span.kind", "SPAN_KIND_SERVER", "service.name", "checkout"];

    [Fact]
    public void The_bytes_of_a_series_are_those_of_the_known_vector()
    {
        SeriesBuffer buffer = Translate(
            Bare, Record(["service.name", "checkout"], Calls("calls", Number(1_700_000_000_000, 3))));
        Assert.Equal(Convert.FromHexString(Vector), buffer.BytesOf(0, 1).ToArray());
    }

    [Fact]
    public void A_point_of_each_metric_becomes_the_series_of_the_first_worked_example()
    {
        HistogramDataPoint duration = Duration(T, [1, 0, 1, 1, 0], [1, 10, 100, 1000], 262.5);
        ExportMetricsServiceRequest record = Record(
            ["service.namespace", "shop", "service.name", "checkout", "service.instance.id", "c-1", "k8s.pod.name", "p1"],
            Calls("calls", Number(T, 3, Span)), Histogram("duration", "ms", duration));
        const string Labels = "instance=\"c-1\",job=\"shop/checkout\",";
        const string Tail = "otel_scope_name=\"spanmetricsconnector\",service_name=\"checkout\","
            + "span_kind=\"SPAN_KIND_SERVER\",span_name=\"GET /cart\"}";
        string[] expected =
        [
            $"calls_total{{{Labels}{Tail} 3@{T}",
            $"duration_milliseconds_sum{{{Labels}{Tail} 262.5@{T}",
            $"duration_milliseconds_count{{{Labels}{Tail} 3@{T}",
            $"duration_milliseconds_bucket{{{Labels}le=\"1\",{Tail} 1@{T}",
            $"duration_milliseconds_bucket{{{Labels}le=\"10\",{Tail} 1@{T}",
            $"duration_milliseconds_bucket{{{Labels}le=\"100\",{Tail} 2@{T}",
            $"duration_milliseconds_bucket{{{Labels}le=\"1000\",{Tail} 3@{T}",
            $"duration_milliseconds_bucket{{{Labels}le=\"+Inf\",{Tail} 3@{T}",
            $"target_info{{instance=\"c-1\",job=\"shop/checkout\",k8s_pod_name=\"p1\"}} 1@{T}",
        ];
        Assert.Equal(expected, TestSeries.Lines(Translate(new PrometheusRules(), record)));
    }

    [Fact]
    public void Seconds_and_the_default_namespace_give_the_names_of_the_second_worked_example()
    {
        HistogramDataPoint duration = Duration(T, [1, 0, 1, 1, 0], [0.001, 0.01, 0.1, 1], 0.2625);
        duration.Attributes.Clear();
        ExportMetricsServiceRequest record = Record(
            ["service.name", "c"],
            Calls("traces.span.metrics.calls", Number(T, 3)), Histogram("traces.span.metrics.duration", "s", duration));
        string[] expected =
        [
            $"traces_span_metrics_calls_total{{job=\"c\"}} 3@{T}",
            $"traces_span_metrics_duration_seconds_sum{{job=\"c\"}} 0.2625@{T}",
            $"traces_span_metrics_duration_seconds_count{{job=\"c\"}} 3@{T}",
            $"traces_span_metrics_duration_seconds_bucket{{job=\"c\",le=\"0.001\"}} 1@{T}",
            $"traces_span_metrics_duration_seconds_bucket{{job=\"c\",le=\"0.01\"}} 1@{T}",
            $"traces_span_metrics_duration_seconds_bucket{{job=\"c\",le=\"0.1\"}} 2@{T}",
            $"traces_span_metrics_duration_seconds_bucket{{job=\"c\",le=\"1\"}} 3@{T}",
            $"traces_span_metrics_duration_seconds_bucket{{job=\"c\",le=\"+Inf\"}} 3@{T}",
        ];
        Assert.Equal(expected, TestSeries.Lines(Translate(Bare, record)));
    }

    [Fact]
    public void Points_of_one_series_become_one_series_in_time_order()
    {
        HistogramDataPoint zero = Duration(1000, [0, 0], [5], 0);
        HistogramDataPoint first = Duration(2000, [1, 1], [5], 30);
        zero.Attributes.Clear();
        first.Attributes.Clear();
        ExportMetricsServiceRequest record = Record(
            ["service.name", "c"],
            Calls("calls", Number(2000, 7, "a", "x"), Number(2000, 1, "a", "y"), Number(1000, 0, "a", "x"), Number(3000, 9, "a", "x")),
            Histogram("duration", "", first, zero));
        string[] expected =
        [
            "calls_total{a=\"x\",job=\"c\"} 0@1000 7@2000 9@3000",
            "calls_total{a=\"y\",job=\"c\"} 1@2000",
            "duration_sum{job=\"c\"} 0@1000 30@2000",
            "duration_count{job=\"c\"} 0@1000 2@2000",
            "duration_bucket{job=\"c\",le=\"5\"} 0@1000 1@2000",
            "duration_bucket{job=\"c\",le=\"+Inf\"} 0@1000 2@2000",
        ];
        Assert.Equal(expected, TestSeries.Lines(Translate(Bare, record)));
    }

    [Fact]
    public void Of_two_points_at_one_time_the_later_in_the_record_stays()
    {
        ExportMetricsServiceRequest record = Record(["service.name", "c"], Calls("calls", Number(1000, 1), Number(1000, 2)));
        Assert.Equal(["calls_total{job=\"c\"} 2@1000"], TestSeries.Lines(Translate(Bare, record)));
    }

    [Fact]
    public void A_point_without_value_ends_all_series_of_its_histogram()
    {
        HistogramDataPoint end = new() { TimeUnixNano = 2_000_000_000, Flags = (uint)DataPointFlags.NoRecordedValueMask };
        end.ExplicitBounds.Add([5.0, 10.0]);
        HistogramDataPoint last = Duration(1000, [1, 1, 0], [5, 10], 12);
        last.Attributes.Clear();
        NumberDataPoint endOfCalls = new() { TimeUnixNano = 2_000_000_000, Flags = (uint)DataPointFlags.NoRecordedValueMask };
        Metric durations = Histogram("duration", "", last, end);
        ExportMetricsServiceRequest record = Record(["service.name", "c"], Calls("calls", endOfCalls), durations);
        string[] expected =
        [
            "calls_total{job=\"c\"} stale@2000",
            "duration_sum{job=\"c\"} 12@1000 stale@2000",
            "duration_count{job=\"c\"} 2@1000 stale@2000",
            "duration_bucket{job=\"c\",le=\"5\"} 1@1000 stale@2000",
            "duration_bucket{job=\"c\",le=\"10\"} 2@1000 stale@2000",
            "duration_bucket{job=\"c\",le=\"+Inf\"} 2@1000 stale@2000",
        ];
        Assert.Equal(expected, TestSeries.Lines(Translate(Bare, record)));
    }

    [Fact]
    public void Colliding_names_join_their_values_in_the_order_of_the_attributes()
    {
        ExportMetricsServiceRequest record = Record(
            ["service.name", "c"], Calls("calls", Number(1000, 1, "a_b", "3", "a.b", "2", "a-b", "1", "x.y", "same", "x_y", "same")));
        Assert.Equal(
            ["calls_total{a_b=\"1;2;3\",job=\"c\",x_y=\"same\"} 1@1000"],
            TestSeries.Lines(Translate(Bare, record)));
    }

    [Fact]
    public void Labels_are_sorted_by_bytes_around_the_name()
    {
        SeriesBuffer buffer = Translate(
            Bare, Record(["service.name", "c"], Calls("calls", Number(1000, 1, "z", "1", "Env", "2", "A", "3"))));
        Assert.Equal(["A", "Env", "__name__", "job", "z"], TestSeries.Decode(buffer).Timeseries[0].Labels.Select(label => label.Name));
    }

    [Fact]
    public void Job_and_instance_win_over_the_point_and_external_labels_take_free_names_only()
    {
        PrometheusRules rules = new()
        {
            ExternalLabels = new Dictionary<string, string> { ["cluster.name"] = "c1", ["job"] = "ext", ["zone"] = "ext" },
        };
        ExportMetricsServiceRequest record = Record(
            ["service.name", "c"],
            Calls("calls", Number(1000, 1, "job", "mine", "zone", "own", "le", "kept", "__name__", "gone", "empty", "")));
        Assert.Equal(
            ["calls_total{cluster_name=\"c1\",job=\"c\",le=\"kept\",otel_scope_name=\"spanmetricsconnector\",zone=\"own\"} 1@1000"],
            TestSeries.Lines(Translate(rules, record)));
    }

    [Fact]
    public void Identity_attributes_are_labels_of_the_series_and_not_of_target_info()
    {
        PrometheusRules rules = new() { DisableScopeInfo = true, IdentityLabels = ["deployment.environment.name"] };
        string[] resource = ["service.name", "c", "deployment.environment.name", "prod", "region", "eu"];
        Assert.Equal(
            ["calls_total{deployment_environment_name=\"prod\",job=\"c\"} 1@1000", "target_info{job=\"c\",region=\"eu\"} 1@1000"],
            TestSeries.Lines(Translate(rules, Record(resource, Calls("calls", Number(1000, 1))))));
        Assert.Equal(
            ["calls_total{deployment_environment_name=\"own\",job=\"c\"} 1@1000", "target_info{job=\"c\",region=\"eu\"} 1@1000"],
            TestSeries.Lines(Translate(rules, Record(resource, Calls("calls", Number(1000, 1, "deployment.environment.name", "own"))))));
    }

    [Theory]
    [InlineData("service.name", "c", "service.namespace", "shop")]
    [InlineData("region", "eu", "host", "h")]
    public void Target_info_needs_a_job_and_something_to_tell(params string[] resource)
    {
        string[] lines = TestSeries.Lines(Translate(new PrometheusRules(), Record(resource, Calls("calls", Number(1000, 1)))));
        Assert.Single(lines);
        Assert.StartsWith("calls_total", lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public void A_resource_without_metrics_ends_its_former_target_info()
    {
        ExportMetricsServiceRequest record = Record(
            ["service.name", "c", "version", "2"], Calls("calls", Number(1000, 1), Number(2000, 5)));
        record.ResourceMetrics.Insert(0, Former("service.name", "c", "version", "1"));
        record.ResourceMetrics.Add(Former("service.name", "c", "version", "2"));
        Assert.Equal(
            [
                "calls_total{job=\"c\"} 1@1000 5@2000",
                "target_info{job=\"c\",version=\"2\"} 1@2000",
                "target_info{job=\"c\",version=\"1\"} stale@2000",
            ],
            TestSeries.Lines(Translate(Bare, record)));
    }

    // Its markers stand 1 ms before the end of the step: another resource of the job may have sent the same target_info at the end already.
    [Fact]
    public void A_resource_whose_series_only_end_sends_no_target_info()
    {
        NumberDataPoint marker = Number(1999, 0);
        marker.Flags = (uint)DataPointFlags.NoRecordedValueMask;
        ExportMetricsServiceRequest record = Record(["service.name", "c", "version", "2"], Calls("calls", marker));
        Assert.Equal(["calls_total{job=\"c\"} stale@1999"], TestSeries.Lines(Translate(Bare, record)));
        record.ResourceMetrics.Add(Former("service.name", "c", "version", "1"));
        Assert.Equal(
            ["calls_total{job=\"c\"} stale@1999", "target_info{job=\"c\",version=\"1\"} stale@2000"],
            TestSeries.Lines(Translate(Bare, record)));
    }

    [Fact]
    public void Resources_with_one_target_info_send_it_once()
    {
        ExportMetricsServiceRequest record = Record(["service.name", "c", "version", "2"], Calls("calls", Number(1000, 1)));
        record.ResourceMetrics.Add(Record(["service.name", "c", "version", "2"], Calls("events", Number(1000, 1))).ResourceMetrics[0]);
        Assert.Equal(3, Translate(new PrometheusRules(), record).SeriesCount);
    }

    [Fact]
    public void What_has_no_classic_form_is_counted()
    {
        Metric delta = Calls("calls", Number(1000, 1), Number(2000, 1));
        delta.Sum.AggregationTemporality = AggregationTemporality.Delta;
        Metric native = new() { Name = "d", ExponentialHistogram = new ExponentialHistogram() };
        native.ExponentialHistogram.DataPoints.Add(new ExponentialHistogramDataPoint { Scale = -5 });
        native.ExponentialHistogram.AggregationTemporality = AggregationTemporality.Cumulative;
        SeriesBuffer buffer = Translate(new PrometheusRules(), Record(["service.name", "c"], delta, native));
        Assert.Equal(3, buffer.UntranslatedPoints);
        Assert.Equal(0, buffer.SeriesCount);
    }

    [Fact]
    public void A_translator_gives_the_same_bytes_whatever_it_translated_before()
    {
        SeriesTranslator used = new(new PrometheusRules());
        SeriesBuffer buffer = new();
        for (int round = 0; round < 600; round++)
        {
            buffer.Clear();
            used.Translate(Record(["service.name", "s" + round], Calls("calls", Many(1 + (round % 300)))), buffer);
        }

        ExportMetricsServiceRequest record = Record(["service.name", "c", "a", "b"], Calls("calls", Many(700)));
        buffer.Clear();
        used.Translate(record, buffer);
        SeriesBuffer fresh = Translate(new PrometheusRules(), record);
        Assert.Equal(701, buffer.SeriesCount);
        Assert.Equal(fresh.BytesOf(0, 701).ToArray(), buffer.BytesOf(0, 701).ToArray());
        Assert.Equal(TestSeries.Decode(fresh).ToByteArray(), buffer.BytesOf(0, 701).ToArray());
    }

    [Fact]
    public void A_known_record_is_translated_without_garbage_per_point()
    {
        HistogramDataPoint[] points = new HistogramDataPoint[400];
        for (int at = 0; at < points.Length; at++)
        {
            points[at] = Duration(T, [1, 0, 1, 1, 0], [1, 10, 100, 1000], 262.5);
            points[at].Attributes[0].Value.StringValue = "GET /" + at;
        }

        ExportMetricsServiceRequest record = Record(["service.name", "c", "region", "eu"], Histogram("duration", "ms", points));
        SeriesTranslator translator = new(new PrometheusRules());
        SeriesBuffer buffer = new();
        translator.Translate(record, buffer);
        buffer.Clear();
        long before = GC.GetAllocatedBytesForCurrentThread();
        translator.Translate(record, buffer);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal((400 * 7) + 1, buffer.SeriesCount);
        Assert.InRange(allocated, 0, 8192);
    }

    internal static NumberDataPoint[] Many(int count) =>
        [.. Enumerable.Range(0, count).Select(number => Number(1000, number, "n", "v" + number))];

    internal static SeriesBuffer Translate(PrometheusRules rules, ExportMetricsServiceRequest record)
    {
        SeriesBuffer buffer = new();
        new SeriesTranslator(rules).Translate(record, buffer);
        return buffer;
    }

    internal static ExportMetricsServiceRequest Record(string[] resource, params Metric[] metrics)
    {
        ScopeMetrics scope = new() { Scope = new InstrumentationScope { Name = "spanmetricsconnector" } };
        scope.Metrics.AddRange(metrics);
        ResourceMetrics entry = Former(resource);
        entry.ScopeMetrics.Add(scope);
        ExportMetricsServiceRequest record = new();
        record.ResourceMetrics.Add(entry);
        return record;
    }

    internal static Metric Calls(string name, params NumberDataPoint[] points)
    {
        Metric metric = new()
        {
            Name = name,
            Sum = new Sum { IsMonotonic = true, AggregationTemporality = AggregationTemporality.Cumulative },
        };
        metric.Sum.DataPoints.AddRange(points);
        return metric;
    }

    internal static Metric Histogram(string name, string unit, params HistogramDataPoint[] points)
    {
        Metric metric = new()
        {
            Name = name, Unit = unit, Histogram = new Histogram { AggregationTemporality = AggregationTemporality.Cumulative },
        };
        metric.Histogram.DataPoints.AddRange(points);
        return metric;
    }

    internal static NumberDataPoint Number(ulong millis, long value, params string[] attributes)
    {
        NumberDataPoint point = new() { TimeUnixNano = (millis * 1_000_000) + 999_999, AsInt = value };
        Add(point.Attributes, attributes);
        return point;
    }

    internal static HistogramDataPoint Duration(ulong millis, ulong[] counts, double[] bounds, double sum)
    {
        HistogramDataPoint point = new() { TimeUnixNano = millis * 1_000_000, Sum = sum };
        foreach (ulong count in counts)
        {
            point.Count += count;
        }

        point.BucketCounts.Add(counts);
        point.ExplicitBounds.Add(bounds);
        Add(point.Attributes, Span);
        return point;
    }

    private static ResourceMetrics Former(params string[] resource)
    {
        ResourceMetrics entry = new() { Resource = new Resource() };
        Add(entry.Resource.Attributes, resource);
        return entry;
    }

    private static void Add(Google.Protobuf.Collections.RepeatedField<KeyValue> target, string[] pairs)
    {
        for (int at = 0; at < pairs.Length; at += 2)
        {
            target.Add(new KeyValue { Key = pairs[at], Value = new AnyValue { StringValue = pairs[at + 1] } });
        }
    }
}
