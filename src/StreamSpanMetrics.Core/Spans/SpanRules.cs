namespace StreamSpanMetrics.Core.Spans;

/// <summary>
/// What a span means: which of its fields and attributes make a series. Built from validated settings, immutable.
/// Everything in here is part of the rules fingerprint (S2), but for the limits.
/// </summary>
public sealed record SpanRules
{
    /// <summary>The identity attribute that stands for any of its older names (P-3).</summary>
    public const string EnvironmentAttribute = "deployment.environment.name";

    /// <summary>Name of the environment attribute before semantic conventions 1.27; used where the newer one is absent.</summary>
    public const string OlderEnvironmentAttribute = "deployment.environment";

    /// <summary>Service name under which spans without <c>service.name</c> are counted.</summary>
    public const string UnknownService = "unknown_service";

    /// <summary>Most <see cref="MaxLabelBytes"/>: a key then fits a delta block (A3) whatever a span holds.</summary>
    public const int MaxValueBytes = 16 * 1024;

    /// <summary>Least <see cref="MaxLabelBytes"/>: no number is ever cut.</summary>
    public const int MinLabelBytes = 32;

    /// <summary>Longer resource attribute values are cut, in bytes.</summary>
    public const int MaxResourceValueBytes = 1024;

    /// <summary>Longer resource attribute names are cut, in bytes.</summary>
    public const int MaxResourceNameBytes = 1024;

    /// <summary>Resource attributes beyond this number, in name order, are left out of identity and description alike.</summary>
    public const int MaxResourceAttributes = 64;

    /// <summary>
    /// Resource attributes that tell one resource from another. Empty: the default identity (P-3), that is
    /// <c>service.namespace</c>, <c>service.name</c> and the environment. The single entry <c>*</c>: all attributes.
    /// </summary>
    public IReadOnlyList<string> IdentityAttributes { get; init; } = [];

    /// <summary>Dimensions of all metrics.</summary>
    public IReadOnlyList<DimensionRule> Dimensions { get; init; } = [];

    /// <summary>Further dimensions of the calls metric.</summary>
    public IReadOnlyList<DimensionRule> CallsDimensions { get; init; } = [];

    /// <summary>Further dimensions of the duration metric.</summary>
    public IReadOnlyList<DimensionRule> HistogramDimensions { get; init; } = [];

    /// <summary>Further dimensions of the events metric.</summary>
    public IReadOnlyList<DimensionRule> EventsDimensions { get; init; } = [];

    /// <summary>Whether span events are counted.</summary>
    public bool EventsEnabled { get; init; }

    /// <summary>
    /// Most exemplars of a point, 0 for none. A limit, and not part of the rules fingerprint: exemplars change no series, and each block and each
    /// point holds those that its own worker was told to keep.
    /// </summary>
    public int MaxExemplars { get; init; }

    /// <summary>Whether the duration metric exists.</summary>
    public bool HistogramEnabled { get; init; } = true;

    /// <summary>Built-in dimension <c>service.name</c>.</summary>
    public bool IncludeServiceName { get; init; } = true;

    /// <summary>Built-in dimension <c>span.name</c>.</summary>
    public bool IncludeSpanName { get; init; } = true;

    /// <summary>Built-in dimension <c>span.kind</c>.</summary>
    public bool IncludeSpanKind { get; init; } = true;

    /// <summary>Built-in dimension <c>status.code</c>.</summary>
    public bool IncludeStatusCode { get; init; } = true;

    /// <summary>
    /// Whether the status is <c>otel.status_code</c> with OK, ERROR or nothing, instead of <c>status.code</c> with STATUS_CODE_OK and so on.
    /// </summary>
    public bool UseOtelStatusCode { get; init; }

    /// <summary>
    /// Names of the instrumentation scopes that are dimensions of their spans, with their version: exact, none of them empty.
    /// </summary>
    public IReadOnlyList<string> InstrumentationScopes { get; init; } = [];

    /// <summary>Whether <c>sampling.method</c> says if a span's weight comes from its <c>tracestate</c>.</summary>
    public bool IncludeSamplingMethod { get; init; }

    /// <summary>
    /// Whether points carry attributes of their resource. Without them nothing of a resource tells series apart but the dimensions, so
    /// all resources with one <c>service.name</c> dimension are one: two of them would write the same series.
    /// </summary>
    public bool IncludeResource { get; init; } = true;

    /// <summary>Drops spans whose resource lacks <c>service.name</c>, else they count under <see cref="UnknownService"/>.</summary>
    public bool DropMissingServiceName { get; init; }

    /// <summary>
    /// Longer dimension values are cut between characters before they become part of a key (P-5), in bytes of their UTF-8 text:
    /// <see cref="MinLabelBytes"/> to <see cref="MaxValueBytes"/>.
    /// </summary>
    public int MaxLabelBytes { get; init; } = MaxValueBytes;

    /// <summary>Which spans are counted at all; without rules all of them.</summary>
    public SpanFilterRules Filter { get; init; } = new();

    /// <summary>
    /// Metrics of the count connector; empty for span_metrics. At most 128, since each is a family of series.
    /// </summary>
    public IReadOnlyList<CountRule> Counts { get; private init; } = [];

    /// <summary>
    /// Rules of the count connector: <paramref name="counts"/> and nothing of span_metrics, so no built-in dimensions either.
    /// </summary>
    public static SpanRules Counting(IReadOnlyList<CountRule> counts) => new()
    {
        Counts = counts,
        HistogramEnabled = false,
        IncludeServiceName = false,
        IncludeSpanName = false,
        IncludeSpanKind = false,
        IncludeStatusCode = false,
    };

    /// <summary>Whether all resource attributes are identity, as in the Collector.</summary>
    public bool AllAttributesAreIdentity => IdentityAttributes.Count == 1 && IdentityAttributes[0] == "*";
}
