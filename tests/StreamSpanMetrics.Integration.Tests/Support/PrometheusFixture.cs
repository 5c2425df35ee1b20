using System.Text;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Containers;

namespace StreamSpanMetrics.Integration.Tests.Support;

/// <summary>
/// The Prometheus that tests share: the <c>prometheus</c> of PATH, else a container. It takes samples out of order by up to a day; a test
/// that needs another window starts a server of its own (<see cref="PrometheusServer.StartAsync"/>).
/// </summary>
public sealed class PrometheusFixture : SharedProgram<PrometheusServer>
{
    /// <summary>The image that stands in for the programs.</summary>
    public const string Image = "prom/prometheus:v3.13.0";
    private const string OutOfOrderTimeWindow = "24h";
    private const int Port = 9090;

    /// <inheritdoc/>
    protected override async Task<PrometheusServer> StartAsync()
    {
        if (ProgramPath.Find("prometheus") is not null)
        {
            return await PrometheusServer.StartAsync(OutOfOrderTimeWindow);
        }

        await Docker.RequireAsync("there is no prometheus on PATH");
        byte[] configuration = Encoding.UTF8.GetBytes(PrometheusServer.ConfigurationText(OutOfOrderTimeWindow));
        IContainer container = new ContainerBuilder(Image)
            .WithPortBinding(Port, assignRandomHostPort: true)
            .WithResourceMapping(configuration, "/etc/prometheus/prometheus.yml")
            .WithCommand("--config.file=/etc/prometheus/prometheus.yml", "--web.enable-remote-write-receiver")
            .Build();
        await container.StartAsync();
        PrometheusServer server = new(new Uri($"http://{container.Hostname}:{container.GetMappedPublicPort(Port)}/"));
        server.Own(container);
        await server.WaitUntilReadyAsync(() => container.State == TestcontainersStates.Exited, () => "");
        return server;
    }

    /// <inheritdoc/>
    protected override ValueTask StopAsync(PrometheusServer program) => program.DisposeAsync();
}
