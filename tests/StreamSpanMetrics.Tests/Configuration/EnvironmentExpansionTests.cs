using StreamSpanMetrics.Configuration;

namespace StreamSpanMetrics.Tests.Configuration;

public sealed class EnvironmentExpansionTests
{
    private static readonly (string Name, string Value)[] Variables =
    [
        ("NAME", "red"), ("EMPTY", ""), ("INTERVAL", "30s"), ("BROKERS", "[\"a:1\", \"b:2\"]"), ("PLAIN_BROKERS", "a:1, b:2"),
        ("DOLLAR", "a$$b"),
    ];

    [Theory]
    [InlineData("${env:NAME}", "red")]
    [InlineData("${NAME}", "red")]
    [InlineData("${env:NAME}.${env:NAME}", "red.red")]
    [InlineData("x${env:NOT_SET:-fallback}y", "xfallbacky")]
    [InlineData("${env:NOT_SET:-}", "")]
    [InlineData("${env:NAME:-fallback}", "red")]
    [InlineData("${env:EMPTY:-fallback}", "")]
    [InlineData("${env:NOT_SET:-${env:NAME}}", "red")]
    [InlineData("$${env:NAME}", "${env:NAME}")]
    [InlineData("a$$b", "a$b")]
    [InlineData("$NAME", "$NAME")]
    [InlineData("cost$", "cost$")]
    [InlineData("${env:DOLLAR}", "a$$b")]
    public void References_become_values(string text, string value)
    {
        string file = $"connectors: {{span_metrics: {{namespace: \"{text}\"}}}}";

        Assert.Equal(value, SettingsFiles.Settings(file, Variables).Connector.Namespace);
    }

    [Fact]
    public void A_value_is_typed_after_its_expansion()
    {
        const string Keys = "metrics_flush_interval: '${env:INTERVAL}', add_resource_attributes: '${env:YES:-true}'";
        const string File = "connectors: {span_metrics: {" + Keys + "}}";

        Assert.Equal(TimeSpan.FromSeconds(30), SettingsFiles.Settings(File, Variables).Connector.MetricsFlushInterval);
        Assert.True(SettingsFiles.Settings(File, Variables).Connector.AddResourceAttributes);
    }

    [Theory]
    [InlineData("brokers: ${env:BROKERS}")]
    [InlineData("brokers: ${env:PLAIN_BROKERS}")]
    [InlineData("brokers: ['${env:FIRST:-a:1}', 'b:2']")]
    public void A_variable_may_hold_a_list(string line)
    {
        string file = $"connectors: {{span_metrics: }}\nreceivers:\n  kafka:\n    {line}\n";

        Assert.Equal(["a:1", "b:2"], SettingsFiles.Settings(file, Variables).Source.Kafka.Brokers);
    }

    [Fact]
    public void A_variable_that_is_not_set_is_an_empty_value_and_a_warning()
    {
        ConfigurationResult result = SettingsFiles.Load(
            "connectors:\n  span_metrics:\n    namespace: '${env:NOT_SET}'\nreceivers: {kafka: }");

        Assert.Equal("", result.Settings!.Connector.Namespace);
        ConfigurationProblem warning = Assert.Single(result.Problems);
        Assert.Equal(
            "settings.yaml:3:16: warning: connectors.span_metrics.namespace: "
                + "environment variable NOT_SET is not set; an empty value is used\n"
                + "    hint: set it, or write '${env:NOT_SET:-default}'",
            warning.ToString());
    }

    [Fact]
    public void An_unquoted_reference_to_nothing_means_the_default()
    {
        ConfigurationResult result = SettingsFiles.Load(
            "connectors:\n  span_metrics:\n    namespace: ${env:NOT_SET}\nreceivers: {kafka: }");

        Assert.Equal("traces.span.metrics", result.Settings!.Connector.Namespace);
        Assert.Single(result.Problems);
    }

    [Fact]
    public void Parts_that_are_not_run_need_no_variables()
    {
        ConfigurationResult result = SettingsFiles.Load(
            "connectors: {span_metrics: }\nreceivers: {kafka: }\nexporters: {otlp: {endpoint: '${env:NOT_SET}'}}");

        ConfigurationProblem warning = Assert.Single(result.Problems);
        Assert.Equal("exporters.otlp", warning.Path);
    }

    [Fact]
    public void References_nested_without_end_are_refused()
    {
        string deep = string.Concat(Enumerable.Repeat("${env:A:-", 10_000)) + new string('}', 10_000);

        ConfigurationProblem error = SettingsFiles.OnlyError($"connectors: {{span_metrics: {{namespace: \"{deep}\"}}}}");

        Assert.Contains("nested", error.Message, StringComparison.Ordinal);
    }
}
