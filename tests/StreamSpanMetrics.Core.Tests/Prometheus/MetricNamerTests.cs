using StreamSpanMetrics.Core.Prometheus;

namespace StreamSpanMetrics.Core.Tests.Prometheus;

public sealed class MetricNamerTests
{
    [Theory]
    [InlineData("calls", "", MetricKind.Counter, "calls_total", "calls")]
    [InlineData("duration", "ms", MetricKind.Histogram, "duration_milliseconds", "duration")]
    [InlineData("duration", "s", MetricKind.Histogram, "duration_seconds", "duration")]
    [InlineData("events", "", MetricKind.Counter, "events_total", "events")]
    [InlineData("traces.span.metrics.calls", "", MetricKind.Counter, "traces_span_metrics_calls_total", "traces_span_metrics_calls")]
    [InlineData(
        "traces.span.metrics.duration", "ms", MetricKind.Histogram,
        "traces_span_metrics_duration_milliseconds", "traces_span_metrics_duration")]
    [InlineData(
        "traces.span.metrics.duration", "s", MetricKind.Histogram, "traces_span_metrics_duration_seconds", "traces_span_metrics_duration")]
    [InlineData("total.requests", "1", MetricKind.Counter, "requests_total", "total_requests")]
    [InlineData("requests_total", "{request}", MetricKind.Counter, "requests_total", "requests_total")]
    [InlineData("duration_milliseconds", "ms", MetricKind.Histogram, "duration_milliseconds", "duration_milliseconds")]
    [InlineData("latency.ms", "ms", MetricKind.Histogram, "latency_ms_milliseconds", "latency_ms")]
    [InlineData("cpu.utilization", "1", MetricKind.Gauge, "cpu_utilization_ratio", "cpu_utilization")]
    [InlineData("ratio.cpu", "1", MetricKind.Gauge, "cpu_ratio", "ratio_cpu")]
    [InlineData("system.network.io", "By", MetricKind.Counter, "system_network_io_bytes_total", "system_network_io")]
    [InlineData("disk.rate", "By/s", MetricKind.Gauge, "disk_rate_bytes_per_second", "disk_rate")]
    [InlineData("req.rate", "{request}/s", MetricKind.Gauge, "req_rate_per_second", "req_rate")]
    [InlineData("a..b__c", "", MetricKind.Gauge, "a_b_c", "a_b__c")]
    [InlineData("1st.metric", "", MetricKind.Gauge, "_1st_metric", "_1st_metric")]
    public void Names_follow_the_translator_of_prometheus(string name, string unit, MetricKind kind, string withSuffixes, string without)
    {
        MetricNamer adding = new("", TranslationStrategy.UnderscoreEscapingWithSuffixes);
        MetricNamer plain = new("", TranslationStrategy.UnderscoreEscapingWithoutSuffixes);
        Assert.Equal(withSuffixes, adding.Name(name, unit, kind));
        Assert.Equal(without, plain.Name(name, unit, kind));
    }

    [Theory]
    [InlineData("calls", "", MetricKind.Counter, "calls_total")]
    [InlineData("duration", "ms", MetricKind.Histogram, "duration_milliseconds")]
    [InlineData("traces.span.metrics.calls", "", MetricKind.Counter, "traces.span.metrics.calls_total")]
    [InlineData("traces.span.metrics.duration", "s", MetricKind.Histogram, "traces.span.metrics.duration_seconds")]
    [InlineData("total.requests", "1", MetricKind.Counter, "total.requests_total")]
    [InlineData("requests_total", "{request}", MetricKind.Counter, "requests_total")]
    [InlineData("requests.total", "", MetricKind.Counter, "requests_total")]
    [InlineData("duration_milliseconds", "ms", MetricKind.Histogram, "duration_milliseconds")]
    [InlineData("latency.ms", "ms", MetricKind.Histogram, "latency.ms_milliseconds")]
    [InlineData("cpu.utilization", "1", MetricKind.Gauge, "cpu.utilization_ratio")]
    [InlineData("ratio.cpu", "1", MetricKind.Gauge, "ratio.cpu_ratio")]
    [InlineData("system.network.io", "By", MetricKind.Counter, "system.network.io_bytes_total")]
    [InlineData("disk.rate", "By/s", MetricKind.Gauge, "disk.rate_bytes_per_second")]
    [InlineData("req.rate", "{request}/s", MetricKind.Gauge, "req.rate_per_second")]
    [InlineData("io.per_second", "By/s", MetricKind.Counter, "io_bytes_per_second_total")]
    [InlineData("a..b__c", "", MetricKind.Gauge, "a..b__c")]
    [InlineData("1st.metric", "", MetricKind.Gauge, "1st.metric")]
    [InlineData("日本", "fur long", MetricKind.Gauge, "日本_fur long")]
    public void Kept_names_get_suffixes_or_nothing(string name, string unit, MetricKind kind, string withSuffixes)
    {
        Assert.Equal(withSuffixes, new MetricNamer("", TranslationStrategy.NoUTF8EscapingWithSuffixes).Name(name, unit, kind));
        Assert.Equal(name, new MetricNamer("", TranslationStrategy.NoTranslation).Name(name, unit, kind));
        Assert.Equal(
            "my shop_" + withSuffixes, new MetricNamer("my shop", TranslationStrategy.NoUTF8EscapingWithSuffixes).Name(name, unit, kind));
        Assert.Equal("my shop_" + name, new MetricNamer("my shop", TranslationStrategy.NoTranslation).Name(name, unit, kind));
    }

    [Fact]
    public void A_kept_name_that_is_nothing_but_the_suffix_stays()
    {
        Assert.Equal("total_total", new MetricNamer("", TranslationStrategy.NoUTF8EscapingWithSuffixes).Name("total", "", MetricKind.Counter));
        Assert.Equal("n_total", new MetricNamer("n", TranslationStrategy.NoUTF8EscapingWithSuffixes).Name("total", "", MetricKind.Counter));
    }

    [Theory]
    [InlineData("")]
    [InlineData("___")]
    public void A_kept_name_without_letters_is_no_name(string name)
    {
        Assert.Null(new MetricNamer("", TranslationStrategy.NoUTF8EscapingWithSuffixes).Name(name, "", MetricKind.Gauge));
        Assert.Null(new MetricNamer("", TranslationStrategy.NoTranslation).Name(name, "", MetricKind.Counter));
    }

    [Theory]
    [InlineData("")]
    [InlineData("...")]
    [InlineData("___")]
    [InlineData("日本")]
    public void A_name_without_usable_letters_is_no_name(string name)
    {
        Assert.Null(new MetricNamer("", TranslationStrategy.UnderscoreEscapingWithSuffixes).Name(name, "", MetricKind.Gauge));
        Assert.Null(new MetricNamer("", TranslationStrategy.UnderscoreEscapingWithoutSuffixes).Name(name, "", MetricKind.Gauge));
    }

    [Fact]
    public void The_namespace_leads_every_name()
    {
        MetricNamer namer = new("my shop", TranslationStrategy.UnderscoreEscapingWithSuffixes);
        Assert.Equal("my_shop_calls_total", namer.Name("calls", "", MetricKind.Counter));
        Assert.Equal("my_shop_1st", namer.Name("1st", "", MetricKind.Gauge));
        Assert.Equal("my_shop_target_info", namer.TargetInfoName);
    }

    [Fact]
    public void A_sum_that_may_fall_is_no_ratio()
    {
        MetricNamer namer = new("", TranslationStrategy.UnderscoreEscapingWithSuffixes);
        Assert.Equal("queue_length", namer.Name("queue.length", "1", MetricKind.Gauge, isSum: true));
    }

    [Theory]
    [InlineData("ms", "milliseconds")]
    [InlineData("By/s", "bytes_per_second")]
    [InlineData("{x}/s", "per_second")]
    [InlineData("{x}", "")]
    [InlineData("1", "")]
    [InlineData("furlong", "furlong")]
    public void Units_become_words(string unit, string expected) => Assert.Equal(expected, MetricNamer.Unit(unit));
}
