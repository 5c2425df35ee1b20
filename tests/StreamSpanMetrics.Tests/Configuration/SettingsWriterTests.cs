using System.Text.RegularExpressions;
using StreamSpanMetrics.Configuration;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Tests.Support;

namespace StreamSpanMetrics.Tests.Configuration;

public sealed class SettingsWriterTests
{
    private static readonly (string Name, string Value)[] Secrets =
    [
        ("TENANT", "shop-1"),
        ("TOKEN", "hunter2"),
        ("REMOTE_WRITE_HEADER_X_SCOPE_ORGID", "shop-1"),
        ("REMOTE_WRITE_HEADER_X_TOKEN", "Bearer hunter2"),
        ("CA_PEM", TestCertificates.AuthorityPem),
        ("CERT_PEM", TestCertificates.Client.CertificatePem),
        ("KAFKA_TLS_KEY_PEM", TestCertificates.Client.KeyPem),
        ("REMOTE_WRITE_TLS_KEY_PEM", TestCertificates.Client.KeyPem),
        ("KAFKA_SASL_PASSWORD", "hunter2"),
        ("REMOTE_WRITE_PASSWORD", "hunter2"),
    ];

    [Theory]
    [InlineData("every-key.yaml")]
    [InlineData("golden/dimensions.yaml")]
    [InlineData("article.yaml")]
    [InlineData("golden/odd-label-names.yaml")]
    [InlineData("golden/prw-namespace-external.yaml")]
    [InlineData("count.yaml")]
    public void Written_settings_read_back_equal_and_without_a_warning(string name)
    {
        ProcessorSettings settings = SettingsFiles.Settings(SettingsFiles.Read(name), Secrets);
        string written = SettingsWriter.Write(settings);

        ConfigurationResult result = SettingsFiles.Load(written, Secrets);

        Assert.Equal("", SettingsFiles.Text(result.Problems));
        Assert.Equal(SettingsFiles.Json(settings), SettingsFiles.Json(result.Settings));
        Assert.Equal(written, SettingsWriter.Write(result.Settings!));
    }

    [Fact]
    public void Defaults_read_back_equal()
    {
        ProcessorSettings defaults = new();

        Assert.Equal(SettingsFiles.Json(defaults), SettingsFiles.Json(SettingsFiles.Settings(SettingsWriter.Write(defaults))));
    }

    [Theory]
    [InlineData("true")]
    [InlineData("No")]
    [InlineData("~")]
    [InlineData("${env:HOME}")]
    [InlineData("a: b # c")]
    [InlineData("\"quoted\" \\ back")]
    [InlineData(" space ")]
    [InlineData("line\nend\ttab\u0085\u2028")]
    [InlineData("日本 😀")]
    [InlineData("1e3")]
    public void Any_text_reads_back(string text)
    {
        ProcessorSettings settings = new()
        {
            Connector = new ConnectorSettings
            {
                Namespace = text,
                Dimensions = [new DimensionRule(text, text), new DimensionRule("aliased") { Aliases = [text] }],
                ExcludeDimensions = [text, text + ","],
            },
            Stream = new StreamSettings
            {
                Filter = new SpanFilterRules
                {
                    Exclude =
                    [
                        new SpanFilterRule
                        {
                            Name = new TextCondition { Texts = [text, "," + text] },
                            Attributes = [new(text, new TextCondition { Regex = Regex.Escape(text) })],
                        },
                    ],
                },
            },
        };

        Assert.Equal(SettingsFiles.Json(settings), SettingsFiles.Json(SettingsFiles.Settings(SettingsWriter.Write(settings))));
    }

    [Theory]
    [InlineData("5", TextKind.String)]
    [InlineData("5", TextKind.Int)]
    [InlineData("5", TextKind.Double)]
    [InlineData("-1E+21", TextKind.Double)]
    [InlineData("true", TextKind.Bool)]
    [InlineData("true", TextKind.String)]
    [InlineData("", TextKind.String)]
    [InlineData("2.5", TextKind.String)]
    public void A_default_of_the_count_connector_keeps_its_kind(string text, TextKind kind)
    {
        DimensionRule rule = new("k", text) { DefaultKind = kind };
        CountMetricSettings metric = new("my: metric", IsOfEvents: false) { Attributes = [rule], Conditions = ["name == \"$a, b\""] };
        ProcessorSettings settings = new()
        {
            Connector = new ConnectorSettings { Counts = [metric, CountMetricSettings.OfAllEvents] },
        };

        Assert.Equal(SettingsFiles.Json(settings), SettingsFiles.Json(SettingsFiles.Settings(SettingsWriter.Write(settings))));
    }

    [Fact]
    public void Secrets_are_written_as_references()
    {
        string written = SettingsWriter.Write(SettingsFiles.Settings(SettingsFiles.Read("every-key.yaml"), Secrets));

        Assert.DoesNotContain("hunter2", written, StringComparison.Ordinal);
        Assert.DoesNotContain("PRIVATE KEY", written, StringComparison.Ordinal);
        Assert.Contains("X-Token: \"${env:REMOTE_WRITE_HEADER_X_TOKEN}\"", written, StringComparison.Ordinal);
        Assert.Contains("password: \"${env:KAFKA_SASL_PASSWORD}\"", written, StringComparison.Ordinal);
        Assert.Contains("password: \"${env:REMOTE_WRITE_PASSWORD}\"", written, StringComparison.Ordinal);
        Assert.Contains("key_pem: \"${env:KAFKA_TLS_KEY_PEM}\"", written, StringComparison.Ordinal);
        Assert.Contains("key_pem: \"${env:REMOTE_WRITE_TLS_KEY_PEM}\"", written, StringComparison.Ordinal);
    }
}
