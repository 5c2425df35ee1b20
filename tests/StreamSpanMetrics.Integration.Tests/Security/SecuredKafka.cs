using Confluent.Kafka;
using Confluent.Kafka.Admin;
using StreamSpanMetrics.Integration.Tests.Support;

namespace StreamSpanMetrics.Integration.Tests.Security;

/// <summary>
/// A broker with a listener for users over TLS and one for client certificates, besides the plain one for the tests themselves. Started
/// by the first test of the class that asks for it.
/// </summary>
public sealed class SecuredKafka : SharedProgram<KafkaBroker>
{
    /// <summary>Name of the user.</summary>
    public const string UserName = "reader";

    /// <summary>The user's password.</summary>
    public const string Password = "open \"sesame\" $1";

    private readonly PortLease saslPort = new();
    private readonly PortLease certificatePort = new();

    /// <summary>Made for nobody but this broker.</summary>
    public CertificateAuthority Authority { get; } = new();

    /// <summary>Asks for user name and password, over TLS.</summary>
    public KafkaListener Users => new("USERS", "SASL_SSL", saslPort.Port);

    /// <summary>Asks for a client certificate.</summary>
    public KafkaListener Certificates => new("CERTIFICATES", "SSL", certificatePort.Port);

    /// <inheritdoc/>
    protected override async Task<KafkaBroker> StartAsync()
    {
        string quoted = Password.Replace("\"", "\\\\\"", StringComparison.Ordinal);
        KafkaBroker broker = await KafkaBroker.StartAsync(
            [Users, Certificates],
            [
                "ssl.keystore.type=PEM",
                $"ssl.keystore.location={Authority.Server().Both}",
                "ssl.truststore.type=PEM",
                $"ssl.truststore.location={Authority.RootFile}",
                "listener.name.certificates.ssl.client.auth=required",
                "listener.name.users.sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
                "listener.name.users.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required "
                    + $"user_{UserName}=\"{quoted}\";",
                "listener.name.users.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;",
                "listener.name.users.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;",
            ]);
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = broker.BootstrapServers }).Build();

        // One request takes a user only once.
        await admin.AlterUserScramCredentialsAsync([Credential(ScramMechanism.ScramSha256)]);
        await admin.AlterUserScramCredentialsAsync([Credential(ScramMechanism.ScramSha512)]);
        return broker;
    }

    /// <inheritdoc/>
    protected override async ValueTask StopAsync(KafkaBroker program)
    {
        await program.DisposeAsync();
        saslPort.Dispose();
        certificatePort.Dispose();
        Authority.Dispose();
    }

    private static UserScramCredentialUpsertion Credential(ScramMechanism mechanism) => new()
    {
        User = UserName,
        ScramCredentialInfo = new ScramCredentialInfo { Mechanism = mechanism, Iterations = 4096 },
        Password = System.Text.Encoding.UTF8.GetBytes(Password),
    };
}
