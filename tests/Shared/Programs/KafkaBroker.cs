using Confluent.Kafka;

namespace StreamSpanMetrics.Testing.Programs;

/// <summary>
/// A real Kafka broker of our own: one KRaft node, its own folder, plain text and other listeners. It can be killed and started again.
/// </summary>
public sealed class KafkaBroker : IAsyncDisposable
{
    // Any 16 bytes in base64url do; a fixed one keeps runs alike.
    private const string ClusterId = "c3Bhbm1ldHJpY3MtdGVzdA";
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan MetadataTimeout = TimeSpan.FromSeconds(2);

    private readonly string home;
    private readonly TemporaryFolder folder = new();
    private readonly PortLease brokerPort = new();
    private readonly PortLease controllerPort = new();
    private ChildProcess? process;

    private KafkaBroker(string home)
    {
        this.home = home;
    }

    /// <summary>Address for clients; stays over restarts.</summary>
    public string BootstrapServers => $"127.0.0.1:{brokerPort.Port}";

    /// <summary>Folder with a folder for each partition, named <c>topic-number</c>.</summary>
    public string DataFolder => folder.PathOf("data");

    /// <summary>What the broker printed since its last start.</summary>
    public string Output => process?.Output ?? "";

    /// <summary>Formats a folder and starts a broker in it.</summary>
    /// <param name="settings">Lines of <c>server.properties</c> (key=value) over the defaults of this class.</param>
    /// <exception cref="UnavailableException">KAFKA_HOME is not set, holds no libraries, or there is no Java.</exception>
    public static Task<KafkaBroker> StartAsync(params string[] settings) => StartAsync([], settings);

    /// <summary>Formats a folder and starts a broker in it that listens on further ports.</summary>
    /// <param name="listeners">Listeners besides the plain one.</param>
    /// <param name="settings">Lines of <c>server.properties</c> (key=value) over the defaults of this class.</param>
    /// <exception cref="UnavailableException">KAFKA_HOME is not set, holds no libraries, or there is no Java.</exception>
    public static async Task<KafkaBroker> StartAsync(IReadOnlyList<KafkaListener> listeners, string[] settings)
    {
        string? home = Environment.GetEnvironmentVariable("KAFKA_HOME");
        if (string.IsNullOrEmpty(home) || !Directory.Exists(Path.Combine(home, "libs")))
        {
            throw new UnavailableException("KAFKA_HOME does not name a folder with Kafka's libs");
        }

        if (ProgramPath.Find("java") is null)
        {
            throw new UnavailableException("KAFKA_HOME is set but there is no java on PATH");
        }

        KafkaBroker broker = new(home);
        try
        {
            await broker.FormatAsync(listeners, settings);
            await broker.StartAgainAsync();
            return broker;
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }

    /// <summary>Ends the broker at once, as a power cut would; its data stays.</summary>
    public async Task KillAsync()
    {
        if (process is not null)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    /// <summary>Starts the broker over the data that it has, after <see cref="KillAsync"/>, and waits until it answers.</summary>
    public async Task StartAgainAsync()
    {
        ChildProcess broker = Java("-Xmx512m", "kafka.Kafka", folder.PathOf("server.properties"));
        process = broker;
        using IAdminClient admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = BootstrapServers })
            .SetLogHandler((_, _) => { })
            .Build();
        await Polling.TrueAsync(
            () => broker.HasExited
                ? throw new InvalidOperationException($"The broker ended with {broker.ExitCode}:\n{broker.Output}")
                : Task.FromResult(Answers(admin)),
            () => $"The broker does not answer:\n{broker.Output}",
            StartDeadline,
            CancellationToken.None);
    }

    /// <summary>Ends the broker and deletes its data.</summary>
    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            await process.DisposeAsync();
        }

        brokerPort.Dispose();
        controllerPort.Dispose();
        folder.Dispose();
    }

    private static bool Answers(IAdminClient admin)
    {
        try
        {
            return admin.GetMetadata(MetadataTimeout).Brokers.Count > 0;
        }
        catch (KafkaException)
        {
            return false;
        }
    }

    private async Task FormatAsync(IReadOnlyList<KafkaListener> listeners, string[] settings)
    {
        string others = string.Concat(listeners.Select(listener => $",{listener.Name}://127.0.0.1:{listener.Port}"));
        string protocols = string.Concat(listeners.Select(listener => $",{listener.Name}:{listener.Protocol}"));
        string[] defaults =
        [
            "process.roles=broker,controller",
            "node.id=1",
            $"controller.quorum.voters=1@127.0.0.1:{controllerPort.Port}",
            $"listeners=PLAINTEXT://127.0.0.1:{brokerPort.Port},CONTROLLER://127.0.0.1:{controllerPort.Port}{others}",
            $"advertised.listeners=PLAINTEXT://127.0.0.1:{brokerPort.Port}{others}",
            "controller.listener.names=CONTROLLER",
            $"listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT{protocols}",
            $"log.dirs={DataFolder}",
            "auto.create.topics.enable=false",
            "offsets.topic.replication.factor=1",
            "offsets.topic.num.partitions=4",
            "transaction.state.log.replication.factor=1",
            "transaction.state.log.min.isr=1",
            "transaction.state.log.num.partitions=4",
            "share.coordinator.state.topic.replication.factor=1",
            "share.coordinator.state.topic.min.isr=1",
            "group.initial.rebalance.delay.ms=0",
            "log.cleaner.dedupe.buffer.size=16777216",
        ];
        string file = folder.Write("server.properties", string.Join('\n', [.. defaults, .. settings]) + "\n");
        await using ChildProcess format = Java("-Xmx256m", "kafka.tools.StorageTool", "format", "-t", ClusterId, "-c", file);
        if (await format.WaitForExitAsync(StartDeadline) != 0)
        {
            throw new InvalidOperationException($"Kafka's folder could not be formatted:\n{format.Output}");
        }
    }

    private ChildProcess Java(string memory, params string[] arguments)
    {
        string[] options = [memory, "-XX:+UseSerialGC", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"];
        return ChildProcess.Start("java", [.. options, "-cp", Path.Combine(home, "libs", "*"), .. arguments]);
    }
}
