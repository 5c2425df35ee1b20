using StreamSpanMetrics.Configuration;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Core.Spans;

namespace StreamSpanMetrics.Tests.Configuration;

/// <summary>The count connector in a settings file. Its mistakes: Files/mistakes/count.yaml.</summary>
public sealed class CountTests
{
    [Fact]
    public void Every_key_is_read_and_metrics_are_sorted()
    {
        ConfigurationResult result = SettingsFiles.Load(SettingsFiles.Read("count.yaml"));

        ConnectorSettings expected = new()
        {
            Counts =
            [
                new CountMetricSettings("my.errors", IsOfEvents: false)
                {
                    Description = "Spans that failed.",
                    Conditions = ["status.code == STATUS_CODE_ERROR", "IsMatch(name, \"^orders, and more\")"],
                    Attributes =
                    [
                        new DimensionRule("http.method", "none"),
                        new DimensionRule("retries", "0") { DefaultKind = TextKind.Int },
                        new DimensionRule("ratio", "1.5") { DefaultKind = TextKind.Double },
                        new DimensionRule("cold", "false") { DefaultKind = TextKind.Bool },
                        new DimensionRule("zone"),
                    ],
                },
                new CountMetricSettings("my.prod", IsOfEvents: true)
                {
                    Description = "The number of span events from my prod environment.",
                    Conditions = ["attributes[\"env\"] == \"prod\"", "name == \"prodevent\""],
                },
                new CountMetricSettings("my.z", IsOfEvents: false),
            ],
            ResourceMetricsKeyAttributes = ["service.name", "region"],
            MetricsFlushInterval = TimeSpan.FromSeconds(30),
            SeriesExpiration = TimeSpan.FromHours(2),
        };
        Assert.Equal("", SettingsFiles.Text(result.Problems));
        Assert.Equal(SettingsFiles.Json(expected), SettingsFiles.Json(result.Settings!.Connector));
        Assert.NotNull(result.Settings.RemoteWrite);
    }

    [Theory]
    [InlineData("count: ", "trace.span.count trace.span.event.count")]
    [InlineData("count: {spans: {}, spanevents: }", "trace.span.count trace.span.event.count")]
    [InlineData("count: {spans: {m: }}", "m trace.span.event.count")]
    [InlineData("count/b: {spanevents: {m: {conditions: 'name == \"x\"'}}}", "m trace.span.count")]
    public void A_section_without_metrics_has_its_default(string connector, string names)
    {
        ConnectorSettings settings = SettingsFiles.Settings($"connectors: {{{connector}}}").Connector;

        Assert.True(settings.IsCount);
        Assert.Equal(names, string.Join(' ', settings.Counts.Select(metric => metric.Name)));
        Assert.All(settings.Counts.Where(metric => metric.Name != "m"), metric => Assert.NotEmpty(metric.Description));
    }

    [Fact]
    public void What_is_counted_of_other_signals_has_no_effect()
    {
        ConfigurationResult result = SettingsFiles.Load(
            "connectors: {count: {logs: {x: {conditions: ['severity_number > 9']}}, metrics: {}, datapoints: {}, profiles: {}}}");

        Assert.Equal(
            ["connectors.count.metrics", "connectors.count.datapoints", "connectors.count.logs", "connectors.count.profiles"],
            result.Problems.Skip(1).Select(problem => problem.Path).OrderBy(path => "mdlp".IndexOf(path[17], StringComparison.Ordinal)));
        Assert.All(result.Problems, problem => Assert.Equal(ProblemSeverity.Warning, problem.Severity));
        Assert.Equal(2, result.Settings!.Connector.Counts.Count);
    }

    [Fact]
    public void Both_connectors_on_the_path_must_be_decided()
    {
        const string Both = "connectors: {span_metrics: , count: }\nservice: {pipelines: {traces: {exporters: [span_metrics, count]}}}\n";
        ConfigurationProblem problem = SettingsFiles.OnlyError(Both);

        Assert.Contains("several connectors are on the path: span_metrics, count", problem.Message, StringComparison.Ordinal);
        Assert.Equal("name the one to use in stream.connector", problem.Hint);
        Assert.True(SettingsFiles.Settings(Both + "stream: {connector: count}").Connector.IsCount);
        Assert.False(SettingsFiles.Settings(Both + "stream: {connector: span_metrics}").Connector.IsCount);
    }

    [Fact]
    public void The_one_that_a_traces_pipeline_names_is_run()
    {
        ConfigurationResult result = SettingsFiles.Load(
            "connectors: {span_metrics: , count: }\nservice: {pipelines: {traces: {exporters: [count]}}}");

        Assert.True(result.Settings!.Connector.IsCount);
        Assert.Contains(
            "connectors.span_metrics: is not on the path from Kafka through count, and is not run",
            SettingsFiles.Text(result.Problems),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[otel, legacy]", false)]
    [InlineData("[tempo]", false)]
    [InlineData("[otel]", true)]
    public void Other_names_are_refused_which_would_write_series_twice(string naming, bool isGood)
    {
        string text = $"connectors: {{count: }}\nstream: {{naming: {naming}}}";

        Assert.Equal(isGood, SettingsFiles.Load(text).Settings is not null);
        if (!isGood)
        {
            Assert.Equal("stream.naming", SettingsFiles.OnlyError(text).Path);
        }
    }

    [Fact]
    public void Too_many_metrics_are_refused()
    {
        string metrics = string.Join(", ", Enumerable.Range(1, CountMetricSettings.MaxMetrics).Select(number => $"m{number}: {{}}"));

        Assert.Contains(
            "has 129 metrics; at most 128 are possible",
            SettingsFiles.OnlyError($"connectors: {{count: {{spans: {{{metrics}}}}}}}").Message,
            StringComparison.Ordinal);
    }
}
