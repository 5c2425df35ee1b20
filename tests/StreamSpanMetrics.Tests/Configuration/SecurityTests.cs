using StreamSpanMetrics.Configuration;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Tests.Support;

namespace StreamSpanMetrics.Tests.Configuration;

/// <summary>What secures connections: which forms are read, and what is found wrong with files before anything starts.</summary>
public sealed class SecurityTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("spanmetrics-");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData("PLAIN", SaslMechanism.Plain)]
    [InlineData("SCRAM-SHA-256", SaslMechanism.ScramSha256)]
    [InlineData("SCRAM-SHA-512", SaslMechanism.ScramSha512)]
    public void Users_prove_themselves_by_one_of_three_mechanisms(string name, SaslMechanism mechanism)
    {
        KafkaClientSettings kafka = Kafka($"auth: {{sasl: {{mechanism: {name}, username: me, password: pencil}}}}, tls: {{}}");

        Assert.Equal(new SaslSettings(mechanism, "me", new Secret("pencil")), kafka.Sasl);
        Assert.Equal(new TlsSettings(), kafka.Tls);
    }

    [Fact]
    public void The_deprecated_forms_are_read_with_a_warning()
    {
        ConfigurationResult result = SettingsFiles.Load(
            Receiver("auth: {plain_text: {username: me, password: pencil}, tls: {insecure_skip_verify: true}}"));

        KafkaClientSettings kafka = result.Settings!.Source.Kafka;
        Assert.Equal(new SaslSettings(SaslMechanism.Plain, "me", new Secret("pencil")), kafka.Sasl);
        Assert.Equal(new TlsSettings { InsecureSkipVerify = true }, kafka.Tls);
        Assert.Equal(["receivers.kafka.auth.plain_text", "receivers.kafka.auth.tls"], result.Problems.Select(problem => problem.Path));
    }

    [Fact]
    public void The_tls_of_the_component_wins_over_the_deprecated_one()
    {
        KafkaClientSettings kafka = Kafka("tls: {insecure: true}, auth: {tls: {insecure_skip_verify: true}}");

        Assert.Null(kafka.Tls);
    }

    [Theory]
    [InlineData("tls: {insecure: true}", true)]
    [InlineData("tls: {insecure: true, insecure_skip_verify: true}", true)]
    [InlineData("tls: ", true)]
    [InlineData("auth: {}", true)]
    [InlineData("tls: {}", false)]
    [InlineData("tls: {insecure: true, ca_pem: \"${env:CA}\"}", false)]
    public void Insecure_means_no_tls_unless_there_is_an_authority(string keys, bool isPlaintext)
    {
        ProcessorSettings settings = SettingsFiles.Settings(Receiver(keys), ("CA", TestCertificates.AuthorityPem));

        Assert.Equal(isPlaintext, settings.Source.Kafka.Tls is null);
    }

    [Fact]
    public void A_password_in_clear_text_is_warned_of()
    {
        ConfigurationResult result = SettingsFiles.Load(Receiver("auth: {sasl: {mechanism: PLAIN, username: me, password: pencil}}"));

        Assert.NotNull(result.Settings);
        Assert.Contains("clear text", Assert.Single(result.Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Certificates_are_read_from_files()
    {
        string tls = $"ca_file: {Write("ca.pem", TestCertificates.AuthorityPem)}, "
            + $"cert_file: {Write("c.pem", TestCertificates.Client.CertificatePem)}, key_file: {Write("k.pem", TestCertificates.Client.KeyPem)}";

        TlsSettings expected = new() { CaFile = PathOf("ca.pem"), CertificateFile = PathOf("c.pem"), KeyFile = PathOf("k.pem") };
        ProcessorSettings settings = SettingsFiles.Settings(Receiver($"tls: {{{tls}}}") + RemoteWrite($"tls: {{{tls}}}"));
        Assert.Equal(expected, settings.Source.Kafka.Tls);
        Assert.Equal(expected, settings.RemoteWrite!.Tls);
    }

    [Fact]
    public void Damaged_and_foreign_certificates_and_keys_are_found()
    {
        (string certificate, string key) = TestCertificates.Client;
        string broken = TestCertificates.AuthorityPem.Replace("MII", "hunter2", StringComparison.Ordinal);

        AssertError("ca_file", "is damaged", $"ca_file: {Write("a", broken)}");
        AssertError("ca_file", "no certificate (PEM)", $"ca_file: {Write("b", "hunter2")}");
        AssertError("ca_file", "is a folder", $"ca_file: {folder.FullName}");
        AssertError("ca_pem", "no certificate (PEM)", "ca_pem: hunter2");
        AssertError("cert_file", "no certificate (PEM)", $"cert_file: {Write("c", key)}, key_file: {Write("k", key)}");
        AssertError("key_file", "no private key", $"cert_file: {Write("d", certificate)}, key_file: {Write("e", certificate)}");
        AssertError("key_file", "does not belong", $"cert_file: {PathOf("d")}, key_file: {Write("f", TestCertificates.Other.KeyPem)}");
        AssertError("key_file", "is encrypted", $"cert_file: {PathOf("d")}, key_file: {Write("g", TestCertificates.EncryptedKeyPem)}");
        AssertError("cert_file", "needs its private key", $"cert_file: {PathOf("d")}");
        AssertError("key_file", "needs its certificate", $"key_file: {PathOf("k")}");
    }

    [Fact]
    public void Whoever_connects_to_nothing_needs_no_files_and_no_secrets()
    {
        string text = Receiver("tls: {ca_file: none.pem}, auth: {sasl: {mechanism: PLAIN, username: me, password: '${env:UNSET}'}}")
            + RemoteWrite("tls: {ca_file: none.pem}, auth: {authenticator: bearertokenauth}")
            + "extensions: {bearertokenauth: {filename: none.token}}\n";

        Assert.Null(ConfigurationLoader.Load(text, "f", _ => null).Settings);
        Assert.NotNull(ConfigurationLoader.Load(text, "f", _ => null, needsReceiver: false).Settings);
    }

    [Theory]
    [InlineData("tls: {}", "", true)]
    [InlineData("tls: {}", "tls: {}", true)]
    [InlineData("tls: {}", "tls: {insecure: true}", false)]
    [InlineData("", "tls: {insecure: true}", true)]
    [InlineData("", "tls: {}", false)]
    [InlineData("tls: {}", "tls: {}, auth: {sasl: {mechanism: PLAIN, username: me, password: pencil}}", false)]
    public void Both_ends_of_a_path_are_secured_alike(string receiver, string exporter, bool fits)
    {
        ConfigurationResult result = SettingsFiles.Load(Receiver(receiver) + $"exporters: {{kafka: {{{exporter}}}}}\n");

        Assert.Equal(fits, result.Settings is not null);
        Assert.Equal(!fits, result.Problems.Any(problem => problem.Message.Contains("differ from those of", StringComparison.Ordinal)));
    }

    [Fact]
    public void Without_a_receiver_the_exporter_says_how_to_connect()
    {
        KafkaClientSettings kafka = SettingsFiles.Settings(
            "connectors: {span_metrics: }\nexporters: {kafka: {brokers: [k], tls: {}, "
            + "auth: {sasl: {mechanism: PLAIN, username: me, password: pencil}}}}").Source.Kafka;

        Assert.Equal("me", kafka.Sasl!.UserName);
        Assert.NotNull(kafka.Tls);
    }

    [Fact]
    public void The_named_extension_is_read_and_no_other()
    {
        ConfigurationResult result = SettingsFiles.Load(
            RemoteWrite("http: {auth: {authenticator: '${env:AUTH}'}}, add_metric_suffixes: true")
            + "extensions: {bearertokenauth/a: {token: x}, "
            + $"bearertokenauth/b: {{scheme: Token, header: X-Auth, filename: {Write("t", "y\n")}}}}}\n"
            + "connectors: {span_metrics: }\n",
            ("AUTH", "bearertokenauth/b"));

        BearerTokenSettings expected = new() { Scheme = "Token", Header = "X-Auth", TokenFile = PathOf("t") };
        Assert.Equal(expected, result.Settings!.RemoteWrite!.BearerToken);
        Assert.Null(result.Settings.RemoteWrite.BasicAuth);
        Assert.Contains(result.Problems, problem => problem.Path == "extensions.bearertokenauth/a");
        Assert.DoesNotContain(result.Problems, problem => problem.Path == "extensions.bearertokenauth/b");
    }

    [Fact]
    public void A_mistyped_extension_is_guessed()
    {
        ConfigurationProblem problem = SettingsFiles.OnlyError(
            RemoteWrite("auth: {authenticator: basicauht}") + "connectors: {span_metrics: }\nextensions: {basicauth: {client_auth: {}}}\n");

        Assert.Equal("did you mean 'basicauth'?", problem.Hint);
    }

    [Fact]
    public void An_empty_secret_file_is_found()
    {
        ConfigurationProblem problem = SettingsFiles.OnlyError(
            RemoteWrite("auth: {authenticator: basicauth}") + "connectors: {span_metrics: }\n"
            + $"extensions: {{basicauth: {{client_auth: {{username: me, password_file: {Write("empty", " \n")}}}}}}}\n");

        Assert.Equal("extensions.basicauth.client_auth.password_file", problem.Path);
        Assert.Contains("is empty", problem.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("extensions: {bearertokenauth: {token: \"${env:TOKEN}\", scheme: Token, header: X-Auth}}", "bearertokenauth")]
    [InlineData("extensions: {bearertokenauth: {filename: '@'}}", "bearertokenauth")]
    [InlineData("extensions: {basicauth: {client_auth: {username_file: '@', password_file: '@'}}}", "basicauth")]
    public void Every_authenticator_is_written_back(string extensions, string authenticator)
    {
        const string Token = "hunter2";
        ProcessorSettings settings = SettingsFiles.Settings(
            RemoteWrite($"auth: {{authenticator: {authenticator}}}") + "connectors: {span_metrics: }\n"
            + extensions.Replace("@", Write("secret", "x"), StringComparison.Ordinal),
            ("TOKEN", Token));

        string written = SettingsWriter.Write(settings);

        Assert.DoesNotContain(Token, written, StringComparison.Ordinal);
        Assert.Equal(
            SettingsFiles.Json(settings), SettingsFiles.Json(SettingsFiles.Settings(written, ("REMOTE_WRITE_TOKEN", Token))));
    }

    [Fact]
    public void A_secret_shows_as_asterisks()
    {
        SaslSettings sasl = new(SaslMechanism.Plain, "me", new Secret("hunter2"));

        Assert.DoesNotContain("hunter2", sasl.ToString(), StringComparison.Ordinal);
        Assert.Contains("***", sasl.ToString(), StringComparison.Ordinal);
    }

    private void AssertError(string key, string message, string tls)
    {
        foreach (string text in (string[])[Receiver($"tls: {{{tls}}}"), RemoteWrite($"tls: {{{tls}}}") + "connectors: {span_metrics: }"])
        {
            ConfigurationProblem problem = SettingsFiles.OnlyError(text);
            Assert.EndsWith(".tls." + key, problem.Path, StringComparison.Ordinal);
            Assert.Contains(message, problem.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("hunter2", problem.ToString(), StringComparison.Ordinal);
        }
    }

    private string PathOf(string name) => Path.Combine(folder.FullName, name);

    private string Write(string name, string text)
    {
        File.WriteAllText(PathOf(name), text);
        return PathOf(name);
    }

    private static KafkaClientSettings Kafka(string keys) => SettingsFiles.Settings(Receiver(keys)).Source.Kafka;

    private static string Receiver(string keys) => $"connectors: {{span_metrics: }}\nreceivers: {{kafka: {{{keys}}}}}\n";

    private static string RemoteWrite(string keys) =>
        $"exporters: {{prometheusremotewrite: {{endpoint: 'https://p/api/v1/write', {keys}}}}}\n";
}
