using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Spans;

namespace StreamSpanMetrics.Core.Settings;

/// <summary>
/// <c>connectors.span_metrics</c>, in the connector's own words; or <c>connectors.count</c>, which has <see cref="Counts"/> and of the
/// others only step, expiration and key attributes.
/// </summary>
public sealed record ConnectorSettings
{
    /// <summary>Default of <see cref="Namespace"/> in the connector since v0.109.</summary>
    public const string DefaultNamespace = "traces.span.metrics";

    /// <summary>Largest <see cref="SeriesLimit"/>: the series of a resource are written to the state in one transaction (S3, M5).</summary>
    public const int MaxSeriesLimit = 100_000;

    /// <summary>Default of <see cref="ExemplarsMaxPerDataPoint"/> in the connector since mid 2025 (PR 41679).</summary>
    public const int DefaultExemplars = 5;

    /// <summary>
    /// Most of <see cref="ExemplarsMaxPerDataPoint"/>, where the connector has no bound: every series of an open step may hold as many in memory,
    /// about 60 bytes each.
    /// </summary>
    public const int MostExemplars = 100;

    /// <summary>Metrics of the count connector, sorted by name; empty if the connector is span_metrics.</summary>
    public IReadOnlyList<CountMetricSettings> Counts { get; init; } = [];

    /// <summary>Whether the connector is the count connector.</summary>
    public bool IsCount => Counts.Count > 0;

    /// <summary>Prefix of the metric names.</summary>
    public string Namespace { get; init; } = DefaultNamespace;

    /// <summary><c>histogram.disable</c>.</summary>
    public bool HistogramDisabled { get; init; }

    /// <summary><c>histogram.unit</c>.</summary>
    public DurationUnit HistogramUnit { get; init; } = DurationUnit.Milliseconds;

    /// <summary><c>histogram.explicit.buckets</c> in nanoseconds, strictly rising.</summary>
    public IReadOnlyList<long> BucketsNanos { get; init; } = HistogramRules.DefaultBoundsNanos;

    /// <summary>
    /// <c>histogram.exponential.max_size</c>, 2 to 16384; 0 for explicit buckets alone.
    /// </summary>
    public int ExponentialMaxSize { get; init; }

    /// <summary>
    /// Whether <c>histogram.explicit</c> stands beside <c>histogram.exponential</c>: durations are kept both ways. The connector refuses that.
    /// </summary>
    public bool KeepsExplicitBuckets { get; init; }

    /// <summary>Whether durations are kept in explicit buckets; if not, <see cref="BucketsNanos"/> means nothing.</summary>
    public bool HasExplicitBuckets => ExponentialMaxSize == 0 || KeepsExplicitBuckets;

    /// <summary><c>histogram.dimensions</c>.</summary>
    public IReadOnlyList<DimensionRule> HistogramDimensions { get; init; } = [];

    /// <summary><c>dimensions</c>.</summary>
    public IReadOnlyList<DimensionRule> Dimensions { get; init; } = [];

    /// <summary><c>calls_dimensions</c>.</summary>
    public IReadOnlyList<DimensionRule> CallsDimensions { get; init; } = [];

    /// <summary><c>exclude_dimensions</c>: names of built-in dimensions to leave out; others are ignored, as in the connector.</summary>
    public IReadOnlyList<string> ExcludeDimensions { get; init; } = [];

    /// <summary><c>include_instrumentation_scope</c>: names of scopes whose spans carry scope name and version.</summary>
    public IReadOnlyList<string> IncludeInstrumentationScope { get; init; } = [];

    /// <summary><c>enable_metrics_sampling_method</c>: whether points carry <c>sampling.method</c>.</summary>
    public bool SamplingMethodEnabled { get; init; }

    /// <summary><c>resource_metrics_key_attributes</c>; empty means the default identity, <c>*</c> all attributes.</summary>
    public IReadOnlyList<string> ResourceMetricsKeyAttributes { get; init; } = [];

    /// <summary><c>events.enabled</c>.</summary>
    public bool EventsEnabled { get; init; }

    /// <summary><c>events.dimensions</c>.</summary>
    public IReadOnlyList<DimensionRule> EventsDimensions { get; init; } = [];

    /// <summary><c>exemplars.enabled</c>.</summary>
    public bool ExemplarsEnabled { get; init; }

    /// <summary><c>exemplars.max_per_data_point</c>, 0 to <see cref="MostExemplars"/>; 0 means none, as in the connector.</summary>
    public int ExemplarsMaxPerDataPoint { get; init; } = DefaultExemplars;

    /// <summary><c>metrics_flush_interval</c>: the step. 15 s, the rhythm of Prometheus (the connector's default is 60 s).</summary>
    public TimeSpan MetricsFlushInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary><c>series_expiration</c>: idle stream time after which a series ends; zero means never (the connector's default).</summary>
    public TimeSpan SeriesExpiration { get; init; } = TimeSpan.FromHours(1);

    /// <summary><c>metrics_expiration</c>: stream time without a span after which all series of a resource end; zero means never.</summary>
    public TimeSpan MetricsExpiration { get; init; }

    /// <summary><c>aggregation_temporality</c>: points tell what was added since the one before, not what there is in all.</summary>
    public bool IsDelta { get; init; }

    /// <summary>
    /// <c>aggregation_cardinality_limit</c>: most series of a metric that a resource may have besides its overflow series, at most
    /// <see cref="MaxSeriesLimit"/>; 0 means no limit.
    /// </summary>
    public int SeriesLimit { get; init; }

    /// <summary><c>add_resource_attributes</c>: wins over <see cref="FeatureGate.ExcludeResourceMetrics"/>; without it of no effect.</summary>
    public bool AddResourceAttributes { get; init; }
}
