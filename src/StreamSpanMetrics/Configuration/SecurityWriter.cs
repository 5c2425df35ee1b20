using StreamSpanMetrics.Core.Settings;

namespace StreamSpanMetrics.Configuration;

/// <summary>Writes the security of connections as <see cref="SettingsWriter"/> does the rest; secrets as references to the environment.</summary>
internal static class SecurityWriter
{
    /// <summary>Variable that stands for the password of <c>auth.sasl</c>.</summary>
    public const string SaslPasswordVariable = "KAFKA_SASL_PASSWORD";

    /// <summary>Variable that stands for the private key of the Kafka clients.</summary>
    public const string KafkaKeyVariable = "KAFKA_TLS_KEY_PEM";

    /// <summary>Variable that stands for the private key of remote write.</summary>
    public const string RemoteWriteKeyVariable = "REMOTE_WRITE_TLS_KEY_PEM";

    /// <summary>Variable that stands for the password of the basicauth extension.</summary>
    public const string PasswordVariable = "REMOTE_WRITE_PASSWORD";

    /// <summary>Variable that stands for the token of the bearertokenauth extension.</summary>
    public const string TokenVariable = "REMOTE_WRITE_TOKEN";

    /// <summary>Whether <see cref="WriteKafka"/> or <see cref="WriteRemoteWrite"/> write a reference instead of a secret.</summary>
    public static bool HasSecrets(ProcessorSettings settings) =>
        settings.Source.Kafka.Sasl is not null
        || settings.Source.Kafka.Tls is { KeyPem.IsEmpty: false }
        || settings.RemoteWrite is { Tls.KeyPem.IsEmpty: false }
        || settings.RemoteWrite is { BasicAuth.Password.IsEmpty: false }
        || settings.RemoteWrite is { BearerToken.Token.IsEmpty: false };

    /// <summary><c>tls</c> and <c>auth</c> of a Kafka component.</summary>
    public static void WriteKafka(YamlText yaml, KafkaClientSettings kafka)
    {
        if (kafka.Tls is not null)
        {
            WriteTls(yaml, kafka.Tls, KafkaKeyVariable, isKafka: true);
        }

        if (kafka.Sasl is null)
        {
            return;
        }

        yaml.Open("auth");
        yaml.Open("sasl");
        yaml.Add("mechanism", kafka.Sasl.Mechanism switch
        {
            SaslMechanism.ScramSha256 => "SCRAM-SHA-256",
            SaslMechanism.ScramSha512 => "SCRAM-SHA-512",
            _ => "PLAIN",
        });
        yaml.Add("username", kafka.Sasl.UserName);
        yaml.AddReference("password", SaslPasswordVariable);
        yaml.Close();
        yaml.Close();
    }

    /// <summary><c>tls</c> and <c>auth</c> of the remote-write exporter.</summary>
    public static void WriteRemoteWrite(YamlText yaml, RemoteWriteSettings remoteWrite)
    {
        if (remoteWrite.Endpoint.Scheme == Uri.UriSchemeHttps)
        {
            WriteTls(yaml, remoteWrite.Tls, RemoteWriteKeyVariable, isKafka: false);
        }

        string? authenticator = remoteWrite.BasicAuth is not null ? "basicauth" : remoteWrite.BearerToken is null ? null : "bearertokenauth";
        if (authenticator is not null)
        {
            yaml.Open("auth");
            yaml.Add("authenticator", authenticator);
            yaml.Close();
        }
    }

    /// <summary>The section <c>extensions</c>, if the remote-write exporter names one.</summary>
    public static void WriteExtensions(YamlText yaml, RemoteWriteSettings? remoteWrite)
    {
        if (remoteWrite?.BasicAuth is BasicAuthSettings basic)
        {
            yaml.Open("extensions");
            yaml.Open("basicauth");
            yaml.Open("client_auth");
            AddText(yaml, "username", basic.UserName);
            AddText(yaml, "username_file", basic.UserNameFile);
            AddSecret(yaml, "password", basic.Password, PasswordVariable);
            AddText(yaml, "password_file", basic.PasswordFile);
            yaml.Close();
            yaml.Close();
            yaml.Close();
        }
        else if (remoteWrite?.BearerToken is BearerTokenSettings bearer)
        {
            yaml.Open("extensions");
            yaml.Open("bearertokenauth");
            yaml.Add("scheme", bearer.Scheme);
            yaml.Add("header", bearer.Header);
            AddSecret(yaml, "token", bearer.Token, TokenVariable);
            AddText(yaml, "filename", bearer.TokenFile);
            yaml.Close();
            yaml.Close();
        }
    }

    private static void WriteTls(YamlText yaml, TlsSettings tls, string keyVariable, bool isKafka)
    {
        yaml.Open("tls");
        yaml.Add("insecure", false);
        yaml.Add("insecure_skip_verify", tls.InsecureSkipVerify);
        AddText(yaml, "ca_file", tls.CaFile);
        AddText(yaml, "ca_pem", tls.CaPem);
        yaml.Add("include_system_ca_certs_pool", tls.IncludeSystemAuthorities);
        AddText(yaml, "cert_file", tls.CertificateFile);
        AddText(yaml, "cert_pem", tls.CertificatePem);
        AddText(yaml, "key_file", tls.KeyFile);
        AddSecret(yaml, "key_pem", tls.KeyPem, keyVariable);
        if (!isKafka)
        {
            AddText(yaml, "server_name_override", tls.ServerName);
            yaml.Add("min_version", Version(tls.MinVersion));
            yaml.Add("max_version", Version(tls.MaxVersion));
        }

        yaml.Close();
    }

    private static string Version(TlsVersion version) => version == TlsVersion.Tls13 ? "1.3" : "1.2";

    private static void AddText(YamlText yaml, string key, string text)
    {
        if (text.Length > 0)
        {
            yaml.Add(key, text);
        }
    }

    private static void AddSecret(YamlText yaml, string key, Secret secret, string variable)
    {
        if (!secret.IsEmpty)
        {
            yaml.AddReference(key, variable);
        }
    }
}
