using StreamSpanMetrics.Configuration;
using StreamSpanMetrics.Core.Points;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Core.Totals;

namespace StreamSpanMetrics.Tests.Configuration;

/// <summary>The keys that say which series are sent when.</summary>
public sealed class EmissionTests
{
    [Fact]
    public void Without_a_word_every_series_is_sent_at_every_step()
    {
        Assert.Equal(EmissionRules.All, Points("{}").Emission);
        Assert.Equal(EmissionRules.All, Points("{emit: all}").Emission);
    }

    [Fact]
    public void Changed_has_its_defaults()
    {
        EmissionRules rules = Points("{emit: changed}").Emission;
        Assert.Equal((EmissionMode.Changed, 300_000, 60_000), (rules.Mode, rules.ActiveMillis, rules.HeartbeatMillis));
        rules = Points("{emit: changed, active_for: 0s, heartbeat: 15s}").Emission;
        Assert.Equal((EmissionMode.Changed, 0, 15_000), (rules.Mode, rules.ActiveMillis, rules.HeartbeatMillis));
    }

    [Theory]
    [InlineData("{emit: changed, heartbeat: 14s}", "must be from 15s to 24h")]
    [InlineData("{emit: changed, active_for: -1s}", "must not be negative")]
    [InlineData("{emit: some}", "must be all or changed")]
    public void What_cannot_work_is_refused(string stream, string message)
    {
        ConfigurationProblem error = SettingsFiles.OnlyError($"connectors: {{span_metrics: }}\nstream: {stream}");
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{active_for: 1m}", "stream.active_for", "has no effect")]
    [InlineData("{emit: all, heartbeat: 1m}", "stream.heartbeat", "has no effect")]
    [InlineData("{emit: changed, heartbeat: 5m}", "stream.heartbeat", "there will be holes")]
    public void What_can_hardly_be_meant_is_told(string stream, string key, string message)
    {
        ConfigurationResult result = SettingsFiles.Load($"connectors: {{span_metrics: }}\nreceivers: {{kafka: }}\nstream: {stream}");
        ConfigurationProblem warning = Assert.Single(result.Problems);
        Assert.NotNull(result.Settings);
        Assert.Equal((ProblemSeverity.Warning, key), (warning.Severity, warning.Path));
        Assert.Contains(message, warning.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("connectors: {span_metrics: {aggregation_cardinality_limit: 9}}", 9, 0)]
    [InlineData("connectors: {span_metrics: {aggregation_cardinality_limit: 9}}\nstream: {emit: changed, label_cardinality_limit: 7}", 9, 7)]
    [InlineData("connectors: {span_metrics: {aggregation_cardinality_limit: 9, aggregation_temporality: AGGREGATION_TEMPORALITY_DELTA}}", 9, 0)]
    [InlineData("connectors: {span_metrics: }\nstream: {label_cardinality_limit: 7}", ConnectorSettings.MaxSeriesLimit, 7)]
    [InlineData("connectors: {span_metrics: }\nstream: {label_cardinality_limit: 0}", 0, 0)]
    public void Limits_stand_beside_every_emission_and_one_on_values_brings_one_on_series(string text, int series, int values)
    {
        PointRules points = RulesBuilder.Points(SettingsFiles.Settings(text));
        Assert.Equal((series, values), (points.SeriesLimit, points.LabelLimit));
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("100001")]
    [InlineData("many")]
    public void A_limit_on_values_is_a_number_in_its_range(string limit)
    {
        ConfigurationProblem error = SettingsFiles.OnlyError($"connectors: {{span_metrics: }}\nstream: {{label_cardinality_limit: {limit}}}");
        Assert.Equal((2, "stream.label_cardinality_limit"), (error.Line, error.Path));
    }

    [Fact]
    public void Deltas_are_for_the_metrics_topic_alone()
    {
        const string Delta = "connectors: {span_metrics: {aggregation_temporality: AGGREGATION_TEMPORALITY_DELTA}}\n";
        ProcessorSettings settings = SettingsFiles.Settings(Delta);
        Assert.True(settings.Connector.IsDelta);
        Assert.Equal(EmissionMode.Delta, RulesBuilder.Points(settings).Emission.Mode);
        Assert.Equal(SettingsFiles.Json(settings), SettingsFiles.Json(SettingsFiles.Settings(SettingsWriter.Write(settings))));

        ConfigurationProblem error = SettingsFiles.OnlyError(
            Delta + "exporters: {prometheusremotewrite: {endpoint: http://p/api/v1/write}}");
        Assert.Equal((1, "connectors.span_metrics.aggregation_temporality"), (error.Line, error.Path));
        Assert.Contains("cannot be written by exporters.prometheusremotewrite", error.Message, StringComparison.Ordinal);
        Assert.Contains("remove the exporter", error.Hint, StringComparison.Ordinal);

        error = SettingsFiles.OnlyError(Delta + "stream: {emit: changed}");
        Assert.Equal("stream.emit", error.Path);
    }

    private static PointRules Points(string stream) =>
        RulesBuilder.Points(SettingsFiles.Settings($"connectors: {{span_metrics: }}\nstream: {stream}"));
}
