namespace StreamSpanMetrics.Core.Prometheus;

/// <summary>How metric points become Prometheus series: the settings of the Collector's remote-write exporter that change series.</summary>
public sealed record PrometheusRules
{
    /// <summary>Prefix of all metric names, joined by an underscore; empty means none.</summary>
    public string Namespace { get; init; } = "";

    /// <summary>Under which names series are written; under several, every series is written once for each.</summary>
    public IReadOnlyList<NamingProfile> Profiles { get; init; } = NamingProfiles.Default;

    /// <summary>The connector's namespace, which a profile may leave out of the names of metrics; empty means none.</summary>
    public string PointNamespace { get; init; } = "";

    /// <summary>Labels added to every series that lacks them, by name.</summary>
    public IReadOnlyDictionary<string, string> ExternalLabels { get; init; } = new Dictionary<string, string>();

    /// <summary>How names are translated.</summary>
    public TranslationStrategy Translation { get; init; } = TranslationStrategy.UnderscoreEscapingWithSuffixes;

    /// <summary>Copies all resource attributes onto every series (<c>resource_to_telemetry_conversion</c>).</summary>
    public bool ResourceAttributesAsLabels { get; init; }

    /// <summary>Emits <c>target_info</c>.</summary>
    public bool TargetInfoEnabled { get; init; } = true;

    /// <summary>Leaves out <c>otel_scope_name</c> and its relatives.</summary>
    public bool DisableScopeInfo { get; init; }

    /// <summary>
    /// Resource attributes that become labels of every series because neither <c>job</c> nor <c>instance</c> shows them (P-3);
    /// they are left out of <c>target_info</c>. Empty in the Collector's own way (identity <c>*</c>).
    /// </summary>
    public IReadOnlyList<string> IdentityLabels { get; init; } = [];

    /// <summary>
    /// Histograms with explicit bounds become native ones with custom buckets (<c>convert_explicit_histograms_to_nhcb</c>).
    /// </summary>
    public bool ExplicitAsCustomBuckets { get; init; }

    /// <summary>They are sent as classic series, too (<c>keep_classic_histograms</c>).</summary>
    public bool KeepsClassicHistograms { get; init; }

    /// <summary>Sends metadata (type, unit) with each request.</summary>
    public bool SendMetadata { get; init; }
}
