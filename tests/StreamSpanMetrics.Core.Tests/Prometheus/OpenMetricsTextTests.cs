using System.Buffers;
using System.Text;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using StreamSpanMetrics.Core.Prometheus;

namespace StreamSpanMetrics.Core.Tests.Prometheus;

public sealed class OpenMetricsTextTests
{
    private static readonly ExportMetricsServiceRequest Example = SeriesTranslatorTests.Record(
        ["service.name", "c", "region", "eu"],
        SeriesTranslatorTests.Histogram("duration", "ms", SeriesTranslatorTests.Duration(2000, [1, 0, 1], [2, 10], 12.5)),
        SeriesTranslatorTests.Calls(
            "calls", SeriesTranslatorTests.Number(2000, 3, "op", "b"), SeriesTranslatorTests.Number(1000, 1, "op", "a\"\\\n")));

    [Fact]
    public void Families_are_typed_grouped_and_sorted()
    {
        const string Labels = "service_name=\"checkout\",span_kind=\"SPAN_KIND_SERVER\",span_name=\"GET /cart\"}";
        string expected = $$"""
            # TYPE calls counter
            calls_total{job="c",op="a\"\\\n"} 1
            calls_total{job="c",op="b"} 3
            # TYPE duration_milliseconds histogram
            # UNIT duration_milliseconds milliseconds
            duration_milliseconds_bucket{job="c",le="2",{{Labels}} 1
            duration_milliseconds_bucket{job="c",le="10",{{Labels}} 1
            duration_milliseconds_bucket{job="c",le="+Inf",{{Labels}} 2
            duration_milliseconds_count{job="c",{{Labels}} 2
            duration_milliseconds_sum{job="c",{{Labels}} 12.5
            # TYPE target info
            target_info{job="c",region="eu"} 1
            # EOF

            """;
        Assert.Equal(expected, Render(TranslationStrategy.UnderscoreEscapingWithSuffixes, Example));
    }

    [Fact]
    public void Without_suffixes_a_counter_is_unknown_and_no_unit_is_told()
    {
        string text = Render(TranslationStrategy.UnderscoreEscapingWithoutSuffixes, Example);
        Assert.Contains("# TYPE calls unknown\ncalls{job=\"c\",op=\"a", text, StringComparison.Ordinal);
        Assert.Contains("# TYPE duration histogram\nduration_bucket", text, StringComparison.Ordinal);
        Assert.DoesNotContain("# UNIT", text, StringComparison.Ordinal);
    }

    [Fact]
    public void The_last_value_stands_and_an_ended_series_leaves()
    {
        ExportMetricsServiceRequest later = SeriesTranslatorTests.Record(
            ["service.name", "c"],
            SeriesTranslatorTests.Calls(
                "calls", SeriesTranslatorTests.Number(3000, 8, "op", "b"), SeriesTranslatorTests.Number(3000, 0, "op", "a\"\\\n")));
        later.ResourceMetrics[0].ScopeMetrics[0].Metrics[0].Sum.DataPoints[1].Flags = 1;
        string text = Render(TranslationStrategy.UnderscoreEscapingWithSuffixes, Example, later);
        Assert.Contains("# TYPE calls counter\ncalls_total{job=\"c\",op=\"b\"} 8\n# TYPE", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_a_complete_exposition_too() =>
        Assert.Equal("# EOF\n", Render(TranslationStrategy.UnderscoreEscapingWithSuffixes));

    private static string Render(TranslationStrategy strategy, params ExportMetricsServiceRequest[] records)
    {
        OpenMetricsText text = new();
        foreach (ExportMetricsServiceRequest record in records)
        {
            text.Add(SeriesTranslatorTests.Translate(new PrometheusRules { Translation = strategy, DisableScopeInfo = true }, record));
        }

        ArrayBufferWriter<byte> output = new();
        text.WriteTo(output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
