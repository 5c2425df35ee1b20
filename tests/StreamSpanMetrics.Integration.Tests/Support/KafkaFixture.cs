using Testcontainers.Kafka;

namespace StreamSpanMetrics.Integration.Tests.Support;

/// <summary>
/// The Kafka that tests share, by the address of its bootstrap servers: the one that KAFKA_BOOTSTRAP_SERVERS names, else a broker of
/// our own from KAFKA_HOME, else a container. Topics must have names of their own (<see cref="Topics.UniqueName"/>).
/// </summary>
public sealed class KafkaFixture : SharedProgram<string>
{
    private const string Image = "apache/kafka:4.1.0";

    private KafkaBroker? broker;
    private KafkaContainer? container;

    /// <inheritdoc/>
    protected override async Task<string> StartAsync()
    {
        string? external = Environment.GetEnvironmentVariable("KAFKA_BOOTSTRAP_SERVERS");
        if (!string.IsNullOrEmpty(external))
        {
            return external;
        }

        if (!string.IsNullOrEmpty(Environment.GetEnvironmentVariable("KAFKA_HOME")))
        {
            broker = await KafkaBroker.StartAsync();
            return broker.BootstrapServers;
        }

        await Docker.RequireAsync("neither KAFKA_BOOTSTRAP_SERVERS nor KAFKA_HOME is set");
        container = new KafkaBuilder(Image)
            .WithVendor(KafkaVendor.ApacheSoftwareFoundation)
            .WithEnvironment("KAFKA_AUTO_CREATE_TOPICS_ENABLE", "false")
            .WithEnvironment("KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR", "1")
            .WithEnvironment("KAFKA_TRANSACTION_STATE_LOG_MIN_ISR", "1")
            .Build();
        await container.StartAsync();
        return container.GetBootstrapAddress();
    }

    /// <inheritdoc/>
    protected override async ValueTask StopAsync(string program)
    {
        if (broker is not null)
        {
            await broker.DisposeAsync();
        }

        if (container is not null)
        {
            await container.DisposeAsync();
        }
    }
}
