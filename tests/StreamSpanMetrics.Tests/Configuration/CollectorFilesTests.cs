using StreamSpanMetrics.Configuration;
using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Prometheus;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Core.Spans;

namespace StreamSpanMetrics.Tests.Configuration;

/// <summary>Real Collector files are accepted as they are.</summary>
public sealed class CollectorFilesTests
{
    public static TheoryData<string> GoldenNames =>
        [.. Directory.GetFiles(SettingsFiles.PathOf("golden"), "*.yaml").Select(path => Path.GetFileNameWithoutExtension(path)).Order()];

    [Fact]
    public void The_file_of_the_article_is_accepted_with_its_warnings()
    {
        ConfigurationResult result = SettingsFiles.Load(SettingsFiles.Read("article.yaml"));

        ConnectorSettings connector = result.Settings!.Connector;
        Assert.Equal(12, connector.BucketsNanos.Count);
        Assert.Equal(1_000_000, connector.BucketsNanos[0]);
        Assert.Equal(1_000_000_000, connector.BucketsNanos[11]);
        Assert.Equal([new DimensionRule("http.method", "GET"), new DimensionRule("http.status_code")], connector.Dimensions);
        Assert.Equal(["status.code"], connector.ExcludeDimensions);
        Assert.Equal(TimeSpan.FromSeconds(3), connector.MetricsFlushInterval);
        Assert.True(connector.EventsEnabled);
        Assert.Equal([new DimensionRule("exception.type"), new DimensionRule("exception.message")], connector.EventsDimensions);
        Assert.Equal("http://prometheus:9090/api/v1/write", result.Settings.RemoteWrite!.Endpoint.ToString());
        Assert.Equal("otlp_spans", result.Settings.Source.Topic);
        Assert.Equal(
            ["receivers", "receivers.otlp", "connectors.spanmetrics", "connectors.spanmetrics.dimensions_cache_size"],
            result.Problems.Select(problem => problem.Path));
    }

    [Theory]
    [MemberData(nameof(GoldenNames))]
    public void Golden_settings_are_accepted(string name)
    {
        ConfigurationResult result = SettingsFiles.Load(SettingsFiles.Read($"golden/{name}.yaml"));

        Assert.NotNull(result.Settings?.RemoteWrite);
        Assert.DoesNotContain(result.Problems, problem => problem.Severity == ProblemSeverity.Error);
    }

    [Fact]
    public void Golden_settings_mean_what_they_say()
    {
        Assert.Equal("", SettingsFiles.Settings(SettingsFiles.Read("golden/article.yaml")).Connector.Namespace);
        Assert.Equal(DurationUnit.Seconds, SettingsFiles.Settings(SettingsFiles.Read("golden/seconds.yaml")).Connector.HistogramUnit);
        Assert.True(SettingsFiles.Settings(SettingsFiles.Read("golden/histogram-off.yaml")).Connector.HistogramDisabled);
        Assert.Equal(
            TranslationStrategy.UnderscoreEscapingWithoutSuffixes,
            SettingsFiles.Settings(SettingsFiles.Read("golden/no-suffixes.yaml")).RemoteWrite!.Rules.Translation);
        Assert.Contains(
            new DimensionRule("日本"), SettingsFiles.Settings(SettingsFiles.Read("golden/odd-label-names.yaml")).Connector.Dimensions);
        PrometheusRules rules = SettingsFiles.Settings(SettingsFiles.Read("golden/prw-namespace-external.yaml")).RemoteWrite!.Rules;
        Assert.Equal("shop", rules.Namespace);
        Assert.Equal("r", rules.ExternalLabels["__replica__"]);
        Assert.True(rules.DisableScopeInfo && rules.SendMetadata);
    }

    [Fact]
    public void Every_key_without_a_meaning_here_is_accepted_with_a_warning_that_says_why()
    {
        ConfigurationResult result = SettingsFiles.Load(SettingsFiles.Read("collector-keys.yaml"));

        Assert.NotNull(result.Settings);
        Assert.All(result.Problems, problem => Assert.Equal(ProblemSeverity.Warning, problem.Severity));
        Assert.Equal(92, result.Problems.Count);
        Assert.Equal("older_spans", result.Settings.Source.Topic);
        Assert.Equal("old_metrics", result.Settings.MetricsTopic.Topic);
        Assert.Equal(TranslationStrategy.UnderscoreEscapingWithoutSuffixes, result.Settings.RemoteWrite!.Rules.Translation);
        Assert.Equal(HistogramRules.DefaultBoundsNanos, result.Settings.Connector.BucketsNanos);
    }
}
