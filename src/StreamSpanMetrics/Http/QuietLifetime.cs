using Microsoft.Extensions.Hosting;

namespace StreamSpanMetrics.Http;

/// <summary>Keeps the web host's hands off Ctrl+C and SIGTERM: the command that started the server decides when it ends.</summary>
internal sealed class QuietLifetime : IHostLifetime
{
    /// <inheritdoc/>
    public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
