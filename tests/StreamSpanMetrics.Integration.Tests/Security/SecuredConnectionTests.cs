using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using StreamSpanMetrics.Integration.Tests.Support;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Integration.Tests.Security;

/// <summary>Workers that reach a real broker and a real Prometheus only if they show what these ask for.</summary>
public sealed class SecuredConnectionTests(SecuredKafka kafka, PrometheusFixture prometheus) : IClassFixture<SecuredKafka>
{
    private const int RecordsBetween = 40;

    // bcrypt of "open sesame", with few rounds.
    private const string PasswordHash = "$2b$04$abcdefghijklmnopqrstuu/LVz6MZlItEy42I2juLihZ66HnQx/cy";

    private static readonly Dictionary<string, string> AppendTime = new() { ["message.timestamp.type"] = "LogAppendTime" };
    private static readonly Dictionary<string, string?> Environment = new() { ["KAFKA_PASSWORD"] = SecuredKafka.Password };
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private string TrustedRoot => $"tls: {{ca_file: {kafka.Authority.RootFile}}}";

    [Fact]
    public async Task Spans_are_counted_over_SCRAM_and_written_to_a_Prometheus_with_TLS_and_a_password()
    {
        KafkaBroker broker = await kafka.RequireAsync();
        using HttpClient client = TrustingClient();
        await using PrometheusServer server = await Availability.OrSkipAsync(
            PrometheusServer.StartAsync("24h", WebConfiguration(), client));
        string topic = await CreateSourceAsync(broker);
        await using StreamApplication application = new(kafka.Users.BootstrapServers, topic)
        {
            Receiver = $"{TrustedRoot}, {User("SCRAM-SHA-512")}",
            RemoteWriteAddress = server.RemoteWriteAddress,
            RemoteWrite = $"{TrustedRoot}, auth: {{authenticator: basicauth/push}}",
            Extensions = $"basicauth/push: {{client_auth: {{username: pusher, password_file: {Secret("push.password", "open sesame\n")}}}}}",
            Environment = Environment,
        };
        await using Traffic traffic = Traffic.Start(broker.BootstrapServers, topic, seed: 1);
        application.StartWorker();
        await traffic.WaitForMoreAsync(RecordsBetween);

        await new PrometheusTotals(server, application).BecomeAsync(SpanTruth.Of(await traffic.StopAsync()));
        Assert.DoesNotContain("sesame", application.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Spans_are_counted_with_client_certificates_and_written_with_a_token_that_is_renewed()
    {
        KafkaBroker broker = await kafka.RequireAsync();
        PrometheusServer server = await prometheus.RequireAsync();
        using PortLease port = new();
        await using TokenGate gate = await TokenGate.StartAsync(
            server.RemoteWriteAddress, port.Port, kafka.Authority.Server("metrics.internal"), kafka.Authority.Root);
        gate.Token = "first";
        string token = Secret("token", "first\n");
        CertificateFiles client = kafka.Authority.Client("worker");
        string certificate = $"tls: {{ca_file: {kafka.Authority.RootFile}, cert_file: {client.Certificate}, key_file: {client.Key}";
        string topic = await CreateSourceAsync(broker);
        await using StreamApplication application = new(kafka.Certificates.BootstrapServers, topic)
        {
            Receiver = certificate + "}",
            RemoteWriteAddress = new Uri($"https://127.0.0.1:{port.Port}/api/v1/write"),
            RemoteWrite = certificate + ", server_name_override: metrics.internal, min_version: '1.3'}, auth: {authenticator: bearertokenauth}",
            Extensions = $"bearertokenauth: {{filename: {token}}}",
        };
        await using Traffic traffic = Traffic.Start(broker.BootstrapServers, topic, seed: 2);
        WorkerProcess worker = application.StartWorker();
        await Eventually.TrueAsync(() => gate.Seen.Contains("Bearer first"), () => "no push with the first token:\n" + worker.Output, Patience);

        gate.Token = "second";
        await Eventually.TrueAsync(() => gate.Refused > 0, () => "the old token was never refused:\n" + worker.Output, Patience);
        File.WriteAllText(token, "second\n");
        await Eventually.TrueAsync(() => gate.Seen.Contains("Bearer second"), () => "the new token is not used:\n" + worker.Output, Patience);

        await new PrometheusTotals(server, application).BecomeAsync(SpanTruth.Of(await traffic.StopAsync()));
        Assert.Equal(["metrics.internal"], gate.Hosts.Keys);
        Assert.DoesNotContain("Bearer", worker.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PLAIN")]
    [InlineData("SCRAM-SHA-256")]
    public async Task The_other_mechanisms_show_the_topics_too(string mechanism)
    {
        KafkaBroker broker = await kafka.RequireAsync();
        string topic = await CreateSourceAsync(broker);

        await using WorkerProcess command = TopicsCommand(kafka.Users, topic, $"{TrustedRoot}, {User(mechanism)}");

        await command.WaitForExitAsync();
        Assert.Contains($"{topic}: {RecordFile.PartitionCount} partitions", command.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Authorities_may_be_text_beside_those_of_the_system()
    {
        KafkaBroker broker = await kafka.RequireAsync();
        string topic = await CreateSourceAsync(broker);
        CertificateFiles client = kafka.Authority.Client("text");
        Dictionary<string, string?> texts = new()
        {
            ["CA"] = File.ReadAllText(kafka.Authority.RootFile),
            ["CERT"] = File.ReadAllText(client.Certificate),
            ["KEY"] = File.ReadAllText(client.Key),
        };

        await using WorkerProcess command = TopicsCommand(
            kafka.Certificates,
            topic,
            "tls: {ca_pem: '${env:CA}', include_system_ca_certs_pool: true, cert_pem: '${env:CERT}', key_pem: '${env:KEY}'}",
            texts);

        await command.WaitForExitAsync();
        Assert.Contains($"{topic}: {RecordFile.PartitionCount} partitions", command.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_that_is_refused_says_why_and_waits()
    {
        await kafka.RequireAsync();
        Dictionary<string, string?> wrong = new() { ["KAFKA_PASSWORD"] = "hunter2" };
        await using StreamApplication wrongPassword = Refused(kafka.Users, $"{TrustedRoot}, {User("SCRAM-SHA-512")}", wrong);
        await using StreamApplication unknownServer = Refused(kafka.Users, $"tls: {{}}, {User("PLAIN")}", Environment);
        await using StreamApplication noCertificate = Refused(kafka.Certificates, TrustedRoot, Environment);
        await using StreamApplication noEncryption = Refused(kafka.Certificates, "", Environment);
        (WorkerProcess Worker, string Reason)[] workers =
        [
            (wrongPassword.StartWorker(), "Authentication failed"),
            (unknownServer.StartWorker(), "certificate verify failed"),
            (noCertificate.StartWorker(), "does not accept our certificate, or wants one"),
            (noEncryption.StartWorker(), "'tls' or 'auth' is missing here"),
        ];
        await using WorkerProcess command = TopicsCommand(kafka.Users, "spans", $"{TrustedRoot}, {User("PLAIN")}", wrong);

        foreach ((WorkerProcess worker, string reason) in workers)
        {
            await Eventually.TrueAsync(
                () => worker.Output.Split('\n').Any(line => line.Contains("Waiting for a broker", StringComparison.Ordinal)
                    && line.Contains(reason, StringComparison.Ordinal)),
                () => $"the worker did not say '{reason}' but:\n{worker.Output}",
                Patience);
            Assert.False(worker.HasExited, worker.Output);
            Assert.DoesNotContain("hunter2", worker.Output, StringComparison.Ordinal);
        }

        Assert.Equal(3, await command.WaitForExitAsync());
        Assert.Contains("Authentication failed", command.Output, StringComparison.Ordinal);
    }

    private static StreamApplication Refused(KafkaListener listener, string receiver, Dictionary<string, string?> environment) =>
        new(listener.BootstrapServers, "spans") { Receiver = receiver, Environment = environment };

    private static WorkerProcess TopicsCommand(
        KafkaListener listener, string topic, string receiver, Dictionary<string, string?>? environment = null) => WorkerProcess.Start(
        ["topics"],
        $$"""
            receivers: {kafka: {brokers: ["{{listener.BootstrapServers}}"], traces: {topics: [{{topic}}]}, {{receiver}} } }
            connectors: {span_metrics: }
            stream: {application_id: {{topic}} }
            """,
        environment ?? Environment);

    private static string User(string mechanism) =>
        $"auth: {{sasl: {{mechanism: {mechanism}, username: {SecuredKafka.UserName}, password: '${{env:KAFKA_PASSWORD}}'}}}}";

    private static async Task<string> CreateSourceAsync(KafkaBroker broker)
    {
        string topic = Topics.UniqueName("spans");
        await Topics.CreateAsync(broker.BootstrapServers, topic, RecordFile.PartitionCount, AppendTime);
        return topic;
    }

    private string Secret(string name, string text) => kafka.Authority.Write(name, text);

    private string WebConfiguration()
    {
        CertificateFiles files = kafka.Authority.Server();
        return kafka.Authority.Write("web.yml", $$"""
            tls_server_config: {cert_file: {{files.Certificate}}, key_file: {{files.Key}}}
            basic_auth_users: {pusher: "{{PasswordHash}}"}
            """);
    }

    private HttpClient TrustingClient()
    {
        SocketsHttpHandler handler = new();
        handler.SslOptions.CertificateChainPolicy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.Add(kafka.Authority.Root);
        HttpClient client = new(handler);
        client.DefaultRequestHeaders.Authorization =
            new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes("pusher:open sesame")));
        return client;
    }
}
