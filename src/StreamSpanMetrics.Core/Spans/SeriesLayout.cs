using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Spans;

/// <summary>
/// Which families of series the rules ask for, and the dimensions of each in the order in which a series key holds their
/// values (schemas/streamspanmetrics/v1/series.proto) and a point its attributes. Immutable.
/// </summary>
public sealed class SeriesLayout
{
    /// <summary>Dimension with the name of an instrumentation scope.</summary>
    public const string ScopeName = "span.instrumentation.scope.name";

    /// <summary>Dimension with its version.</summary>
    public const string ScopeVersion = "span.instrumentation.scope.version";

    /// <summary>Dimension that says where a span's weight comes from.</summary>
    public const string SamplingMethod = "sampling.method";

    /// <summary>Families are a byte in every key.</summary>
    private const int MaxFamilies = 256;

    private readonly DimensionRule[][] dimensionsByFamily;
    private readonly string[][] namesByFamily;
    private readonly string[][] globsByFamily;

    /// <summary>Derives the layout from <paramref name="rules"/>.</summary>
    public SeriesLayout(SpanRules rules)
    {
        FamilyCount = (int)SeriesFamily.Counted + Math.Max(1, rules.Counts.Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(FamilyCount, MaxFamilies, nameof(rules));
        dimensionsByFamily = new DimensionRule[FamilyCount][];
        namesByFamily = new string[FamilyCount][];
        globsByFamily = new string[FamilyCount][];
        Counts = rules.Counts;
        if (Counts.Count > 0)
        {
            for (int index = 0; index < Counts.Count; index++)
            {
                Add(FamilyOf(index), rules, Counts[index].Attributes);
            }
        }
        else
        {
            AddSpanMetrics(rules);
        }
    }

    /// <summary>Metrics of the count connector, each a family of its own; empty for span_metrics.</summary>
    public IReadOnlyList<CountRule> Counts { get; }

    /// <summary>Families are numbered below this; not all of them exist under the rules.</summary>
    public int FamilyCount { get; }

    /// <summary>
    /// Number of dimensions that lead every key before the configured ones: those of the four built-in ones that are not excluded, then
    /// those of the instrumentation scope and of sampling if they are asked for.
    /// </summary>
    public int BuiltInCount { get; private set; }

    /// <summary>Most attributes of a series by pattern; further ones, in the order of their names, are left out.</summary>
    public const int MaxGlobNames = 32;

    /// <summary>Patterns of the family's dimensions, each once. Mostly none.</summary>
    public ReadOnlySpan<string> Globs(SeriesFamily family) => globsByFamily[(int)family];

    /// <summary>
    /// Where in a key the attributes by pattern begin: from here on <see cref="Names"/> are empty, and the values come in pairs of a name and
    /// its value, <see cref="MaxGlobNames"/> of them. The number of names if the family has no patterns.
    /// </summary>
    public int GlobStart(SeriesFamily family) =>
        Names(family).Length - (Globs(family).IsEmpty ? 0 : 2 * MaxGlobNames);

    /// <summary>Family of the metric at <paramref name="index"/> of <see cref="Counts"/>.</summary>
    public static SeriesFamily FamilyOf(int index) => SeriesFamily.Counted + index;

    /// <summary>Whether series of this family exist under the rules.</summary>
    public bool Has(SeriesFamily family) => namesByFamily[(int)family] is not null;

    /// <summary>Attribute names in key order, built-in ones first. Empty if the family does not exist.</summary>
    public ReadOnlySpan<string> Names(SeriesFamily family) => namesByFamily[(int)family];

    /// <summary>The configured dimensions in key order, without the built-in ones. Empty if the family does not exist.</summary>
    public ReadOnlySpan<DimensionRule> Configured(SeriesFamily family) => dimensionsByFamily[(int)family];

    /// <summary>Whether series of this family carry durations.</summary>
    public static bool HasHistogram(SeriesFamily family) => family is SeriesFamily.Spans or SeriesFamily.Duration;

    private void AddSpanMetrics(SpanRules rules)
    {
        bool separate = rules.CallsDimensions.Count > 0 || rules.HistogramDimensions.Count > 0;
        if (rules.HistogramEnabled && !separate)
        {
            Add(SeriesFamily.Spans, rules, []);
        }
        else
        {
            Add(SeriesFamily.Calls, rules, rules.CallsDimensions);
            if (rules.HistogramEnabled)
            {
                Add(SeriesFamily.Duration, rules, rules.HistogramDimensions);
            }
        }

        if (rules.EventsEnabled)
        {
            Add(SeriesFamily.Events, rules, rules.EventsDimensions);
        }
    }

    private void Add(SeriesFamily family, SpanRules rules, IReadOnlyList<DimensionRule> own)
    {
        List<string> names = [];
        AddIf(rules.IncludeServiceName, "service.name", names);
        AddIf(rules.IncludeSpanName, "span.name", names);
        AddIf(rules.IncludeSpanKind, "span.kind", names);
        AddIf(rules.IncludeStatusCode, rules.UseOtelStatusCode ? "otel.status_code" : "status.code", names);
        AddIf(rules.InstrumentationScopes.Count > 0, ScopeName, names);
        AddIf(rules.InstrumentationScopes.Count > 0, ScopeVersion, names);
        AddIf(rules.IncludeSamplingMethod, SamplingMethod, names);
        BuiltInCount = names.Count;
        List<DimensionRule> configured = [];
        AddConfigured(rules.Dimensions, configured);
        AddConfigured(own, configured);
        foreach (DimensionRule rule in configured)
        {
            names.Add(rule.Name);
        }

        List<string> globs = [];
        AddGlobs(rules.Dimensions, globs);
        AddGlobs(own, globs);
        globsByFamily[(int)family] = [.. globs];
        for (int place = 0; globs.Count > 0 && place < 2 * MaxGlobNames; place++)
        {
            names.Add("");
        }

        namesByFamily[(int)family] = [.. names];
        dimensionsByFamily[(int)family] = [.. configured];
    }

    private static void AddGlobs(IReadOnlyList<DimensionRule> rules, List<string> globs)
    {
        foreach (DimensionRule rule in rules)
        {
            if (rule.Glob is not null && !globs.Contains(rule.Glob))
            {
                globs.Add(rule.Glob);
            }
        }
    }

    private static void AddIf(bool include, string name, List<string> names)
    {
        if (include)
        {
            names.Add(name);
        }
    }

    // A name in both lists is one dimension at its first place, with the later default: the connector's later put overwrites.
    // Aliases, which it does not have, follow that.
    private static void AddConfigured(IReadOnlyList<DimensionRule> rules, List<DimensionRule> configured)
    {
        foreach (DimensionRule rule in rules)
        {
            if (rule.Glob is not null)
            {
                continue;
            }

            int known = configured.FindIndex(other => other.Name == rule.Name);
            if (known < 0)
            {
                configured.Add(rule);
            }
            else
            {
                configured[known] = rule.Join(configured[known]);
            }
        }
    }
}
