namespace StreamSpanMetrics.Core.Settings;

/// <summary>The names of the feature gates (connector/spanmetricsconnector/documentation.md of the Collector's contrib repository).</summary>
public static class FeatureGates
{
    /// <summary>On by default in the Collector, off and not to be had here: every series has one writer, whatever its name is.</summary>
    public const string CollectorInstanceId = "connector.spanmetrics.includeCollectorInstanceID";

    /// <summary>The exporter's: remote write 2.0 needs no gate here.</summary>
    public const string SendingRemoteWrite2 = "exporter.prometheusremotewritexporter.enableSendingRW2";

    /// <summary>Names in the order of <see cref="FeatureGate"/>.</summary>
    public static readonly IReadOnlyList<string> Names =
    [
        "connector.spanmetrics.legacyMetricNames",
        "connector.spanmetrics.useSecondAsDefaultMetricsUnit",
        "spanmetrics.statusCodeConvention.useOtelPrefix",
        "connector.spanmetrics.excludeResourceMetrics",
    ];

    /// <summary>The Collector's name of a gate.</summary>
    public static string NameOf(FeatureGate gate) => Names[(int)gate];
}
