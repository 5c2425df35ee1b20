using Google.Protobuf.Collections;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Metrics.V1;

namespace StreamSpanMetrics.Core.Prometheus;

/// <summary>
/// The names of metrics and labels under one profile. Keeps caches only: the same metric always has the same name. Not for several threads.
/// </summary>
internal sealed class SeriesNaming
{
    // Metric names come from settings, so they are few; a cache beyond that is not grown for ever.
    private const int MostCachedFamilies = 1024;

    private const double MillisPerSecond = 1000;
    private const string ServiceName = "service.name";
    private static readonly Dictionary<string, string> NoRenames = [];
    private static readonly Dictionary<string, string> TempoLabels = new() { [ServiceName] = "service" };

    private readonly NamingProfile profile;
    private readonly string pointPrefix;
    private readonly MetricNamer namer;
    private readonly FixedLabels fixedLabels;
    private readonly Dictionary<(string Name, string Unit, string Help, MetricKind Kind, bool IsSum), FamilyNames?> families = [];

    /// <summary>The names of <paramref name="profile"/> under <paramref name="rules"/>; label sets are built in <paramref name="arena"/>.</summary>
    public SeriesNaming(PrometheusRules rules, NamingProfile profile, ByteBuffer arena)
    {
        this.profile = profile;
        pointPrefix = rules.PointNamespace.Length == 0 ? "" : rules.PointNamespace + ".";

        // What reads Tempo's names knows the escaped ones alone, and no scope.
        bool isTempo = profile == NamingProfile.Tempo;
        PrometheusRules own = isTempo
            ? rules with { Translation = TranslationStrategy.UnderscoreEscapingWithSuffixes, DisableScopeInfo = true }
            : rules;
        namer = new MetricNamer(own.Namespace, own.Translation);
        fixedLabels = new FixedLabels(own);
        Labels = new LabelSetBuilder(arena, own.Translation, isTempo ? TempoLabels : NoRenames);
        string name = isTempo ? namer.Name("traces_target_info", "", MetricKind.Info)! : namer.TargetInfoName;
        TargetInfo = new FamilyNames(new MetricFamily(name, MetricKind.Info, "", "Target metadata"));
    }

    /// <summary>Builds the labels of points.</summary>
    public LabelSetBuilder Labels { get; }

    /// <summary>The family that carries the resource attributes.</summary>
    public FamilyNames TargetInfo { get; }

    /// <summary>Labels of all series of a resource and scope, sorted.</summary>
    public FixedLabel[] ForPoints(RepeatedField<KeyValue>? resource, InstrumentationScope? scope) => fixedLabels.ForPoints(resource, scope);

    /// <summary>Labels of the target info besides the resource attributes, sorted; null if it has neither job nor instance.</summary>
    public FixedLabel[]? ForTargetInfo(RepeatedField<KeyValue> resource) => fixedLabels.ForTargetInfo(resource);

    /// <summary>Whether this resource attribute is a label of the target info (P-4).</summary>
    public bool IsDescriptive(string attribute) => fixedLabels.IsDescriptive(attribute);

    /// <summary>The family of a metric; null where no usable name is left of its own.</summary>
    public FamilyNames? Family(Metric metric, MetricKind kind, bool isSum)
    {
        (string Name, string Unit, string Help, MetricKind Kind, bool IsSum) key = (metric.Name, metric.Unit, metric.Description, kind, isSum);
        if (!families.TryGetValue(key, out FamilyNames? family))
        {
            family = MakeFamily(metric, kind, isSum);
            if (families.Count < MostCachedFamilies)
            {
                families.Add(key, family);
            }
        }

        return family;
    }

    private FamilyNames? MakeFamily(Metric metric, MetricKind kind, bool isSum)
    {
        string plain = metric.Name.StartsWith(pointPrefix, StringComparison.Ordinal) ? metric.Name[pointPrefix.Length..] : metric.Name;
        return profile switch
        {
            NamingProfile.Legacy => Named(plain, metric.Unit, metric, kind, isSum),
            NamingProfile.Tempo => plain switch
            {
                "calls" => Named("traces_spanmetrics_calls_total", "", metric, kind, isSum),
                "events" => Named("traces_spanmetrics_events_total", "", metric, kind, isSum),
                "duration" => Latency(metric, kind),
                _ => Named(metric.Name, metric.Unit, metric, kind, isSum),
            },
            _ => Named(metric.Name, metric.Unit, metric, kind, isSum),
        };
    }

    private FamilyNames? Named(string name, string unit, Metric metric, MetricKind kind, bool isSum)
    {
        string? translated = namer.Name(name, unit, kind, isSum);
        return translated is null ? null : new FamilyNames(new MetricFamily(translated, kind, MetricNamer.Unit(metric.Unit), metric.Description));
    }

    // The unit is no part of the name there, but the values are seconds.
    private FamilyNames Latency(Metric metric, MetricKind kind)
    {
        MetricFamily family = new(namer.Name("traces_spanmetrics_latency", "", kind)!, kind, "seconds", metric.Description);
        return new FamilyNames(family) { Divisor = metric.Unit == "ms" ? MillisPerSecond : 1 };
    }
}
