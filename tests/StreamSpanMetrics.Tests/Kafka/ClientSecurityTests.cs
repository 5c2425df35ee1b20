using Confluent.Kafka;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Kafka;
using StreamSpanMetrics.Tests.Support;
using Mechanism = StreamSpanMetrics.Core.Settings.SaslMechanism;

namespace StreamSpanMetrics.Tests.Kafka;

public sealed class ClientSecurityTests
{
    [Theory]
    [InlineData(false, false, SecurityProtocol.Plaintext)]
    [InlineData(true, false, SecurityProtocol.Ssl)]
    [InlineData(false, true, SecurityProtocol.SaslPlaintext)]
    [InlineData(true, true, SecurityProtocol.SaslSsl)]
    public void Encryption_and_user_make_the_protocol(bool tls, bool sasl, SecurityProtocol expected)
    {
        ClientConfig config = ClientConfigs.Client(new KafkaClientSettings
        {
            Tls = tls ? new TlsSettings() : null,
            Sasl = sasl ? new SaslSettings(Mechanism.ScramSha256, "me", new Secret("pencil")) : null,
        });

        Assert.Equal(expected, config.SecurityProtocol);
        Assert.Equal(sasl ? ("SCRAM-SHA-256", "me", "pencil") : (null, null, null), (
            config.Get("sasl.mechanism"), config.Get("sasl.username"), config.Get("sasl.password")));
        Assert.Null(config.Get("enable.ssl.certificate.verification"));
    }

    [Fact]
    public void Files_are_left_to_the_client()
    {
        ClientConfig config = ClientConfigs.Client(new KafkaClientSettings
        {
            Tls = new TlsSettings { CaFile = "/ca", CertificateFile = "/cert", KeyFile = "/key", InsecureSkipVerify = true },
        });

        Assert.Equal(("/ca", "/cert", "/key"), (config.SslCaLocation, config.SslCertificateLocation, config.SslKeyLocation));
        Assert.Equal("false", config.Get("enable.ssl.certificate.verification"), ignoreCase: true);
        Assert.Null(config.SslCaPem);
    }

    [Fact]
    public void The_client_takes_texts_and_the_authorities_of_the_system()
    {
        ClientConfig config = ClientConfigs.Client(new KafkaClientSettings
        {
            Tls = new TlsSettings
            {
                CaPem = TestCertificates.AuthorityPem,
                IncludeSystemAuthorities = true,
                CertificatePem = TestCertificates.Client.CertificatePem,
                KeyPem = new Secret(TestCertificates.Client.KeyPem),
            },
            Sasl = new SaslSettings(Mechanism.ScramSha512, "me", new Secret("pencil")),
        });

        Assert.StartsWith(TestCertificates.AuthorityPem, config.SslCaPem, StringComparison.Ordinal);

        // librdkafka reads all of it when a client is made; it connects later.
        using IAdminClient client = new AdminClientBuilder(config).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build();
        Assert.NotNull(client.Name);
    }

    [Fact]
    public void A_reason_has_no_times_and_the_words_of_the_settings()
    {
        ClientTrouble trouble = new();
        Assert.Equal("timed out", trouble.Explain("timed out"));

        trouble.Note(new Error(
            ErrorCode.Local_Ssl, "ssl://k: verify failed, verify that ssl.ca.location is right (after 12ms in state SSL_HANDSHAKE)"));
        trouble.Note(new Error(ErrorCode.Local_AllBrokersDown, "1/1 brokers are down"));
        Assert.Equal("timed out (ssl://k: verify failed, verify that tls.ca_file is right)", trouble.Explain("timed out"));

        trouble.Note(new Error(ErrorCode.Local_Ssl, "ssl://k: ssl/tls alert bad certificate: SSL alert number 42"));
        Assert.EndsWith("wants one: tls.cert_file", trouble.Last, StringComparison.Ordinal);

        trouble.Clear();
        Assert.Null(trouble.Last);
        trouble.Note(new LogMessage("client", SyslogLevel.Info, "FAIL", "k: Disconnected (after 3ms in state UP)"));
        Assert.Null(trouble.Last);
        trouble.Note(new LogMessage("client", SyslogLevel.Info, "FAIL", "k: Disconnected (after 3ms in state APIVERSION_QUERY)"));
        Assert.Contains("'tls' or 'auth' is missing", trouble.Last, StringComparison.Ordinal);
    }
}
