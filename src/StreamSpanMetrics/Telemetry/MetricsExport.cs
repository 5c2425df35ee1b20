using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace StreamSpanMetrics.Telemetry;

/// <summary>
/// Where the worker's instruments, and those of the .NET runtime, go: always to a Prometheus page, and by OTLP if the environment names
/// an endpoint (OpenTelemetry specification, configuration/sdk-environment-variables.md and protocol/exporter.md).
/// </summary>
public static class MetricsExport
{
    private const string ServiceName = "spanmetrics";
    private const string RuntimeMeter = "System.Runtime";

    /// <summary>Starts exporting; ends when disposed, after a last push.</summary>
    /// <param name="version">Version of the program.</param>
    /// <param name="variable">Reads an environment variable.</param>
    /// <param name="meterName">The meter of the worker whose instruments are exported.</param>
    public static MeterProvider Start(string version, Func<string, string?> variable, string meterName = WorkerMetrics.MeterName)
    {
        MeterProviderBuilder builder = Sdk.CreateMeterProviderBuilder()
            .ConfigureResource(resource =>
            {
                if (string.IsNullOrEmpty(variable("OTEL_SERVICE_NAME")))
                {
                    resource.AddService(ServiceName, serviceVersion: version);
                }
            })
            .AddMeter(meterName, RuntimeMeter)
            .AddPrometheusExporter(options =>
            {
                // The metrics of one program need not say with every series which meter they are from.
                options.ScopeInfoEnabled = false;
                options.ScrapeResponseCacheDurationMilliseconds = 0;
            });
        if (WantsOtlp(variable))
        {
            // Endpoint, protocol, headers, time-out and interval are the exporter's to read from the same environment.
            builder.AddOtlpExporter();
        }

        return builder.Build();
    }

    /// <summary>Whether the environment asks for metrics by OTLP.</summary>
    public static bool WantsOtlp(Func<string, string?> variable)
    {
        bool isOff = string.Equals(variable("OTEL_METRICS_EXPORTER"), "none", StringComparison.OrdinalIgnoreCase)
            || string.Equals(variable("OTEL_SDK_DISABLED"), "true", StringComparison.OrdinalIgnoreCase);
        bool hasEndpoint = !string.IsNullOrEmpty(variable("OTEL_EXPORTER_OTLP_ENDPOINT"))
            || !string.IsNullOrEmpty(variable("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"));
        return hasEndpoint && !isOff;
    }
}
