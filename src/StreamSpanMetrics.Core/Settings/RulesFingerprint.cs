using System.Globalization;
using System.Text;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Points;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Totals;

namespace StreamSpanMetrics.Core.Settings;

/// <summary>
/// Everything that gives a series its meaning, as text for people and as a number for machines (S2). Two workers of one application
/// must agree on it. Limits are not part of it: they may change at any time. Nor are exemplars: with or without, a series has the same name and the
/// same numbers, blocks with and without them can be merged, and a step that is written in part keeps the number that it began with.
/// </summary>
public sealed record RulesFingerprint
{
    /// <summary>
    /// Raised when a change of code changes what a setting means, or how jobs are hashed. 2: a span counts with the weight of its
    /// tracestate.
    /// </summary>
    public const uint Semantics = 2;

    /// <summary>The fingerprint of <paramref name="settings"/>.</summary>
    public RulesFingerprint(ProcessorSettings settings)
    {
        Text = Describe(settings);
        Number = ByteHash.Of(Encoding.UTF8.GetBytes(Text));
    }

    /// <summary>One rule a line.</summary>
    public string Text { get; }

    /// <summary>The text's hash.</summary>
    public ulong Number { get; }

    private static string Describe(ProcessorSettings settings)
    {
        SpanRules spans = RulesBuilder.Spans(settings);
        PointRules points = RulesBuilder.Points(settings);
        StringBuilder text = new();
        Line(text, "semantics", Semantics);
        Line(text, "shards", settings.Stream.Shards);
        Line(text, "interval_millis", points.IntervalMillis);
        Line(text, "expiry_millis", points.ExpiryMillis);
        Line(text, "namespace", points.Namespace);
        Line(text, "unit", points.Histogram.Unit);
        Line(text, "buckets_nanos", string.Join(',', points.Histogram.BoundsNanos));
        if (points.Histogram.Shape.IsExponential)
        {
            Line(text, "exponential_max_size", points.Histogram.ExponentialMaxSize);
            LineIf(points.Histogram.KeepsExplicit, text, "keeps_explicit", true);
        }

        Line(text, "histogram", spans.HistogramEnabled);
        Line(text, "events", spans.EventsEnabled);
        Line(text, "built_in", $"{spans.IncludeServiceName} {spans.IncludeSpanName} {spans.IncludeSpanKind} {spans.IncludeStatusCode}");
        Line(text, "identity", string.Join(',', spans.IdentityAttributes));
        Line(text, "drop_missing_service_name", spans.DropMissingServiceName);
        Dimensions(text, "dimensions", spans.Dimensions);
        Dimensions(text, "calls_dimensions", spans.CallsDimensions);
        Dimensions(text, "histogram_dimensions", spans.HistogramDimensions);
        Dimensions(text, "events_dimensions", spans.EventsDimensions);
        Filter(text, "filter_include", spans.Filter.Include);
        Filter(text, "filter_exclude", spans.Filter.Exclude);
        LineIf(spans.UseOtelStatusCode, text, "status", "otel.status_code");
        LineIf(spans.InstrumentationScopes.Count > 0, text, "instrumentation_scopes", Sorted(spans.InstrumentationScopes));
        LineIf(spans.IncludeSamplingMethod, text, "sampling_method", true);
        LineIf(spans.MaxLabelBytes != SpanRules.MaxValueBytes, text, "max_label_bytes", spans.MaxLabelBytes);
        LineIf(!spans.IncludeResource, text, "resource_attributes", "none");
        Counts(text, settings.Connector.Counts);
        LineIf(points.ResourceExpiryMillis > 0, text, "resource_expiry_millis", points.ResourceExpiryMillis);
        LineIf(points.Emission.Mode == EmissionMode.Delta, text, "temporality", "delta");
        if (points.Emission.Mode == EmissionMode.Changed)
        {
            Line(text, "emit_changed_active_millis", points.Emission.ActiveMillis);
            Line(text, "emit_changed_heartbeat_millis", points.Emission.HeartbeatMillis);
        }

        return text.ToString();
    }

    private static void Dimensions(StringBuilder text, string name, IReadOnlyList<DimensionRule> rules)
    {
        foreach (DimensionRule rule in rules)
        {
            string aliases = rule.Aliases.Count == 0 ? "" : $" aliases '{string.Join("', '", rule.Aliases)}'";
            string what = rule.Glob is null ? rule.Name : $"glob '{rule.Glob}'";
            Line(text, name, what + aliases + (rule.Default is null ? "" : $" default '{rule.Default}'"));
        }
    }

    // Not the description: it says the same in other words.
    private static void Counts(StringBuilder text, IReadOnlyList<CountMetricSettings> metrics)
    {
        foreach (CountMetricSettings metric in metrics)
        {
            Line(text, metric.IsOfEvents ? "count_events" : "count_spans", $"'{metric.Name}'");
            foreach (string condition in metric.Conditions)
            {
                Line(text, "count_condition", $"'{condition}'");
            }

            foreach (DimensionRule rule in metric.Attributes)
            {
                string fallback = rule.Default is null ? "" : $" default {rule.DefaultKind} '{rule.Default}'";
                Line(text, "count_attribute", $"'{rule.Name}'{fallback}");
            }
        }
    }

    private static void Filter(StringBuilder text, string name, IReadOnlyList<SpanFilterRule> rules)
    {
        foreach (SpanFilterRule rule in rules)
        {
            Line(text, name, FilterRuleText.Of(rule));
        }
    }

    private static string Sorted(IReadOnlyList<string> texts)
    {
        List<string> sorted = [.. texts];
        sorted.Sort(StringComparer.Ordinal);
        return $"'{string.Join("', '", sorted)}'";
    }

    /// <summary>What later features mean: a line only where they are used, so that the fingerprint stays what it is without.</summary>
    private static void LineIf(bool used, StringBuilder text, string name, object value)
    {
        if (used)
        {
            Line(text, name, value);
        }
    }

    private static void Line(StringBuilder text, string name, object value) =>
        text.Append(CultureInfo.InvariantCulture, $"{name}: {value}\n");
}
