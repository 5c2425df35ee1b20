namespace StreamSpanMetrics.Core.Settings;

/// <summary><c>stream.telemetry</c>: where a worker tells about itself.</summary>
public sealed record TelemetrySettings
{
    /// <summary>The usual port, which OpenTelemetry's Prometheus exporters have by default.</summary>
    public const int DefaultPort = 9464;

    /// <summary>Whether the pages are served at all.</summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary>Address to listen on.</summary>
    public string Host { get; init; } = "0.0.0.0";

    /// <summary>
    /// Port of <c>/metrics</c>, <c>/healthz</c> and <c>/readyz</c>; 0 for any free one. If <see cref="DefaultPort"/> is in use, a free
    /// one is taken, so that several workers can run on one machine; any other port that is in use is an error.
    /// </summary>
    public int Port { get; init; } = DefaultPort;

    /// <summary>A worker whose partitions are further behind than this is not ready.</summary>
    public TimeSpan ReadyLag { get; init; } = TimeSpan.FromMinutes(5);
}
