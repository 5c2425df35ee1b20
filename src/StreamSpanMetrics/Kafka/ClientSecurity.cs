using Confluent.Kafka;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Credentials;
using Mechanism = StreamSpanMetrics.Core.Settings.SaslMechanism;

namespace StreamSpanMetrics.Kafka;

/// <summary>What encrypts the connections of a client and says who it is. librdkafka reads files when a client is made, not later.</summary>
internal static class ClientSecurity
{
    /// <summary>Sets what <paramref name="kafka"/> says.</summary>
    /// <exception cref="CredentialException">The authorities cannot be read.</exception>
    public static void Apply(ClientConfig config, KafkaClientSettings kafka)
    {
        config.SecurityProtocol = (kafka.Tls is null, kafka.Sasl is null) switch
        {
            (true, true) => SecurityProtocol.Plaintext,
            (true, false) => SecurityProtocol.SaslPlaintext,
            (false, true) => SecurityProtocol.Ssl,
            (false, false) => SecurityProtocol.SaslSsl,
        };
        if (kafka.Tls is not null)
        {
            Apply(config, kafka.Tls);
        }

        if (kafka.Sasl is not null)
        {
            config.SaslMechanism = kafka.Sasl.Mechanism switch
            {
                Mechanism.ScramSha256 => Confluent.Kafka.SaslMechanism.ScramSha256,
                Mechanism.ScramSha512 => Confluent.Kafka.SaslMechanism.ScramSha512,
                _ => Confluent.Kafka.SaslMechanism.Plain,
            };
            config.SaslUsername = kafka.Sasl.UserName;
            config.SaslPassword = kafka.Sasl.Password.Value;
        }
    }

    private static void Apply(ClientConfig config, TlsSettings tls)
    {
        if (tls is { CaFile.Length: > 0, IncludeSystemAuthorities: false })
        {
            config.SslCaLocation = tls.CaFile;
        }
        else
        {
            config.SslCaPem = TlsCertificates.AuthoritiesPem(tls);
        }

        config.SslCertificateLocation = OrNull(tls.CertificateFile);
        config.SslCertificatePem = OrNull(tls.CertificatePem);
        config.SslKeyLocation = OrNull(tls.KeyFile);
        config.SslKeyPem = OrNull(tls.KeyPem.Value);
        if (tls.InsecureSkipVerify)
        {
            config.EnableSslCertificateVerification = false;
            config.SslEndpointIdentificationAlgorithm = SslEndpointIdentificationAlgorithm.None;
        }
    }

    private static string? OrNull(string text) => text.Length == 0 ? null : text;
}
