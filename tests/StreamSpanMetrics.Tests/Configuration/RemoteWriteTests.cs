using StreamSpanMetrics.Configuration;
using StreamSpanMetrics.Core.Prometheus;
using StreamSpanMetrics.Core.Settings;

namespace StreamSpanMetrics.Tests.Configuration;

public sealed class RemoteWriteTests
{
    [Theory]
    [InlineData("{X-Scope-OrgID: shop}")]
    [InlineData("[{name: X-Scope-OrgID, value: shop}]")]
    public void Headers_may_be_a_mapping_or_a_list(string headers)
    {
        RemoteWriteSettings settings = SettingsFiles.Settings(File($"endpoint: 'http://p/', headers: {headers}")).RemoteWrite!;

        Assert.Equal("shop", Assert.Single(settings.Headers).Value);
        Assert.Equal("shop", settings.Headers["x-scope-orgid"]);
    }

    [Theory]
    [InlineData("timeout: 1s")]
    [InlineData("endpoint: ''")]
    [InlineData("endpoint: prometheus")]
    [InlineData("endpoint: 'ftp://p/'")]
    [InlineData("endpoint: '/api/v1/write'")]
    [InlineData("endpoint: [a]")]
    public void An_endpoint_is_needed(string keys)
    {
        ConfigurationResult result = SettingsFiles.Load(File(keys));

        Assert.Null(result.Settings);
        Assert.Contains(result.Problems, problem => problem.Path == "exporters.prometheusremotewrite.endpoint");
    }

    [Fact]
    public void Secrets_are_in_no_message()
    {
        ConfigurationResult result = SettingsFiles.Load(
            File("endpoint: 'http://me:hunter2@p:x/', timeout: '${env:A}', headers: {A: \"hunter2\\n\", B: [hunter2], Host: hunter2}"),
            ("A", "hunter2"));

        Assert.Null(result.Settings);
        Assert.True(result.Problems.Count >= 5, SettingsFiles.Text(result.Problems));
        Assert.DoesNotContain("hunter2", SettingsFiles.Text(result.Problems), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", RemoteWriteMessage.Version1, TranslationStrategy.UnderscoreEscapingWithSuffixes)]
    [InlineData(", protobuf_message: prometheus.WriteRequest", RemoteWriteMessage.Version1, TranslationStrategy.UnderscoreEscapingWithSuffixes)]
    [InlineData(Two, RemoteWriteMessage.Version2, TranslationStrategy.UnderscoreEscapingWithSuffixes)]
    [InlineData(Two + ", translation_strategy: NoTranslation", RemoteWriteMessage.Version2, TranslationStrategy.NoTranslation)]
    [InlineData(
        Two + ", translation_strategy: NoUTF8EscapingWithSuffixes", RemoteWriteMessage.Version2,
        TranslationStrategy.NoUTF8EscapingWithSuffixes)]
    [InlineData(
        Two + ", add_metric_suffixes: false", RemoteWriteMessage.Version2, TranslationStrategy.UnderscoreEscapingWithoutSuffixes)]
    public void Message_and_strategy_are_read_and_written(string keys, RemoteWriteMessage message, TranslationStrategy strategy)
    {
        ProcessorSettings settings = SettingsFiles.Settings(File("endpoint: 'http://p/'" + keys));

        Assert.Equal((message, strategy), (settings.RemoteWrite!.Message, settings.RemoteWrite.Rules.Translation));
        RemoteWriteSettings again = SettingsFiles.Settings(SettingsWriter.Write(settings)).RemoteWrite!;
        Assert.Equal((message, strategy), (again.Message, again.Rules.Translation));
    }

    [Theory]
    [InlineData("NoTranslation")]
    [InlineData("NoUTF8EscapingWithSuffixes")]
    public void A_strategy_that_keeps_names_needs_2_0(string strategy)
    {
        ConfigurationResult result = SettingsFiles.Load(File($"endpoint: 'http://p/',\n  translation_strategy: {strategy}"));

        Assert.Null(result.Settings);
        ConfigurationProblem problem = Assert.Single(result.Problems, one => one.Severity == ProblemSeverity.Error);
        Assert.Equal("exporters.prometheusremotewrite.translation_strategy", problem.Path);
        Assert.Equal(3, problem.Line);
        Assert.Contains($"'{strategy}'", problem.Message, StringComparison.Ordinal);
        Assert.Contains("protobuf_message: io.prometheus.write.v2.Request", problem.Hint, StringComparison.Ordinal);
    }

    private const string Two = ", protobuf_message: io.prometheus.write.v2.Request";

    private static string File(string keys) => $"connectors: {{span_metrics: }}\nexporters: {{prometheusremotewrite: {{{keys}}}}}";
}
