using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using OpenTelemetry.Metrics;

namespace StreamSpanMetrics.Http;

/// <summary>
/// The worker's own pages: <c>/metrics</c> for Prometheus, <c>/healthz</c> (restart me if this fails) and <c>/readyz</c> (send the next
/// worker of a rolling restart if this succeeds).
/// </summary>
public sealed class TelemetryServer : IAsyncDisposable
{
    private readonly WebApplication application;

    private TelemetryServer(WebApplication application)
    {
        this.application = application;
        Address = QuietWeb.AddressOf(application);
    }

    /// <summary>Where it listens, with the port in use.</summary>
    public Uri Address { get; }

    /// <summary>Starts the server.</summary>
    /// <param name="address">Address to listen on.</param>
    /// <param name="port">Port, 0 for any free one.</param>
    /// <param name="metrics">What <c>/metrics</c> shows; must have a Prometheus exporter.</param>
    /// <param name="health">Answers <c>/healthz</c>.</param>
    /// <param name="readiness">Answers <c>/readyz</c>.</param>
    /// <param name="cancel">Gives the start up.</param>
    /// <exception cref="IOException">The port cannot be used.</exception>
    public static async Task<TelemetryServer> StartAsync(
        IPAddress address, int port, MeterProvider metrics, Func<HealthAnswer> health, Func<HealthAnswer> readiness, CancellationToken cancel)
    {
        WebApplication application = QuietWeb.Create(address, port);
        application.UseOpenTelemetryPrometheusScrapingEndpoint(metrics, null, "/metrics", null, null);
        application.Run(context => AnswerAsync(context, health, readiness));
        try
        {
            await application.StartAsync(cancel).ConfigureAwait(false);
            return new TelemetryServer(application);
        }
        catch
        {
            await application.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => application.DisposeAsync();

    private static Task AnswerAsync(HttpContext context, Func<HealthAnswer> health, Func<HealthAnswer> readiness)
    {
        HealthAnswer? answer = context.Request.Path.Value switch
        {
            "/healthz" => health(),
            "/readyz" => readiness(),
            _ => null,
        };
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.StatusCode = answer switch
        {
            null => StatusCodes.Status404NotFound,
            { IsGood: true } => StatusCodes.Status200OK,
            _ => StatusCodes.Status503ServiceUnavailable,
        };
        return context.Response.WriteAsync(answer?.Text ?? "Nothing here. Pages: /metrics /healthz /readyz\n", context.RequestAborted);
    }
}
