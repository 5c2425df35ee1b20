namespace StreamSpanMetrics.Core.Settings;

/// <summary>Feature gates of the connector that change what is counted here, too. All of them are off by default, as in the Collector.</summary>
public enum FeatureGate
{
    /// <summary>No prefix instead of the default namespace.</summary>
    LegacyMetricNames = 0,

    /// <summary>Durations in seconds where no unit is set.</summary>
    UseSecondAsDefaultMetricsUnit = 1,

    /// <summary><c>otel.status_code</c> instead of <c>status.code</c>.</summary>
    UseOtelStatusPrefix = 2,

    /// <summary>No resource attributes on metrics, unless <see cref="ConnectorSettings.AddResourceAttributes"/> asks for them.</summary>
    ExcludeResourceMetrics = 3,
}
