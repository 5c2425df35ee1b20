using StreamSpanMetrics.Configuration;
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

    private static string File(string keys) => $"connectors: {{span_metrics: }}\nexporters: {{prometheusremotewrite: {{{keys}}}}}";
}
