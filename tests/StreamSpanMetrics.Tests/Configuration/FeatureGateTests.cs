using StreamSpanMetrics.Configuration;
using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Settings;

namespace StreamSpanMetrics.Tests.Configuration;

public sealed class FeatureGateTests
{
    [Fact]
    public void Legacy_names_have_no_prefix_unless_one_was_chosen()
    {
        const string Gate = "connector.spanmetrics.legacyMetricNames";
        Assert.Equal("calls", MetricName("{}", Gate));
        Assert.Equal("calls", MetricName("{namespace: traces.span.metrics}", Gate));
        Assert.Equal("red.calls", MetricName("{namespace: red}", Gate));
        Assert.Equal("traces.span.metrics.calls", MetricName("{}", "-" + Gate));
    }

    [Theory]
    [InlineData("{}", DurationUnit.Seconds)]
    [InlineData("", DurationUnit.Seconds)]
    [InlineData("{histogram: {unit: ms}}", DurationUnit.Milliseconds)]
    [InlineData("{histogram: {unit: s}}", DurationUnit.Seconds)]
    public void Seconds_are_only_the_default(string connector, DurationUnit unit)
    {
        Assert.Equal(unit, Load(connector, "connector.spanmetrics.useSecondAsDefaultMetricsUnit").Settings!.Connector.HistogramUnit);
    }

    [Theory]
    [InlineData("connector.spanmetrics.includeCollectorInstanceID")]
    [InlineData("exporter.prometheusremotewritexporter.enableSendingRW2")]
    public void Gates_that_change_nothing_here_are_accepted_with_a_warning(string gate)
    {
        ConfigurationResult on = Load("{}", gate);
        Assert.Empty(on.Settings!.Stream.FeatureGates);
        ConfigurationProblem warning = Assert.Single(on.Problems);
        Assert.Equal((ProblemSeverity.Warning, "stream.feature_gates"), (warning.Severity, warning.Path));
        Assert.Empty(Load("{}", "-" + gate).Problems);
    }

    [Fact]
    public void Names_of_the_other_status_are_those_of_the_gate()
    {
        const string Gate = "spanmetrics.statusCodeConvention.useOtelPrefix";
        ConfigurationResult reserved = Load("{dimensions: [{name: otel.status_code}]}", Gate);
        Assert.Contains("is a built-in dimension", Assert.Single(reserved.Problems).Message, StringComparison.Ordinal);

        ConfigurationResult excluded = Load("{exclude_dimensions: [otel.status_code]}", Gate);
        Assert.Empty(excluded.Problems);
        Assert.False(RulesBuilder.Spans(excluded.Settings!).IncludeStatusCode);

        ConfigurationResult other = Load("{exclude_dimensions: [status.code]}", Gate);
        Assert.Contains("has no effect", Assert.Single(other.Problems).Message, StringComparison.Ordinal);
        Assert.True(RulesBuilder.Spans(other.Settings!).IncludeStatusCode);
    }

    [Fact]
    public void Resource_attributes_are_left_out_unless_asked_for()
    {
        const string Gate = "connector.spanmetrics.excludeResourceMetrics";
        Assert.False(RulesBuilder.Spans(Load("{}", Gate).Settings!).IncludeResource);
        Assert.True(RulesBuilder.Spans(Load("{add_resource_attributes: true}", Gate).Settings!).IncludeResource);
        Assert.True(RulesBuilder.Spans(Load("{add_resource_attributes: false}", "-" + Gate).Settings!).IncludeResource);
        ConfigurationResult keyed = Load("{resource_metrics_key_attributes: [service.name]}", Gate);
        Assert.Equal("connectors.span_metrics.resource_metrics_key_attributes", Assert.Single(keyed.Problems).Path);
    }

    private static string MetricName(string connector, string gate) =>
        RulesBuilder.Points(Load(connector, gate).Settings!).MetricName("calls");

    private static ConfigurationResult Load(string connector, string gate) => SettingsFiles.Load(
        $"receivers: {{kafka: }}\nconnectors: {{span_metrics: {connector}}}\nstream: {{feature_gates: ['{gate}']}}");
}
