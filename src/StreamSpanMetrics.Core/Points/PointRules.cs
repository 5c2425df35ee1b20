using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Points;

/// <summary>How totals become metric points.</summary>
public sealed record PointRules
{
    /// <summary>Scope name of all points: that of the Collector's connector, which dashboards know.</summary>
    public const string ScopeName = "spanmetricsconnector";

    /// <summary>The same for metrics of the count connector (its metadata.ScopeName).</summary>
    public const string CountScopeName = "github.com/open-telemetry/opentelemetry-collector-contrib/connector/countconnector";

    /// <summary>Prefix of the metric names, followed by a dot; empty means none.</summary>
    public string Namespace { get; init; } = "traces.span.metrics";

    /// <summary>Length of a step in milliseconds, at least 1.</summary>
    public long IntervalMillis { get; init; } = 15_000;

    /// <summary>Idle stream time in milliseconds after which a series ends with a stale marker; 0 means never.</summary>
    public long ExpiryMillis { get; init; } = 3_600_000;

    /// <summary>
    /// Stream time in milliseconds without any span after which all series of a resource end with stale markers; 0 means never.
    /// </summary>
    public long ResourceExpiryMillis { get; init; }

    /// <summary>When a series is sent.</summary>
    public EmissionRules Emission { get; init; } = EmissionRules.All;

    /// <summary>Most series of a family that a resource may have besides its overflow series; 0 means no limit.</summary>
    public int SeriesLimit { get; init; }

    /// <summary>Most values of a label in the series of a resource; 0 means no limit.</summary>
    public int LabelLimit { get; init; }

    /// <summary>Bounds and unit of the duration metric.</summary>
    public HistogramRules Histogram { get; init; } = new();

    /// <summary>Most exemplars of a point, 0 for none.</summary>
    public int MaxExemplars { get; init; }

    /// <summary>Largest size in bytes of one point record: below the broker's default limit of 1 MB (M5).</summary>
    public int MaxRecordBytes { get; init; } = 900_000;

    /// <summary>The metric's full name.</summary>
    public string MetricName(string metric) => Namespace.Length == 0 ? metric : Namespace + "." + metric;

    /// <summary>What the totals of a shard have to know of the rules.</summary>
    public ShardRules ForShard(int shard, ulong rulesFingerprint, SeriesLayout layout) => new()
    {
        Shard = shard,
        RulesFingerprint = rulesFingerprint,
        IntervalMillis = IntervalMillis,
        ExpiryMillis = ExpiryMillis,
        ResourceExpiryMillis = ResourceExpiryMillis,
        Emission = Emission,
        SeriesLimit = SeriesLimit,
        LabelLimit = LabelLimit,
        Histogram = layout.Has(SeriesFamily.Spans) || layout.Has(SeriesFamily.Duration) ? Histogram.Shape : default,
        MaxExemplars = MaxExemplars,
        Layout = layout,
    };
}
