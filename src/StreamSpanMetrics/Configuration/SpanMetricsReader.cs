using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Core.Spans;

namespace StreamSpanMetrics.Configuration;

/// <summary>
/// <c>connectors.span_metrics</c> with the connector's own rules (opentelemetry-collector-contrib
/// connector/spanmetricsconnector/config.go) and a few more where it accepts what cannot be meant.
/// </summary>
internal static class SpanMetricsReader
{
    private const string SecondsHint = "the units are ms and s";
    private const string Status = "status.code";
    private const string OtelStatus = "otel.status_code";
    private const string Temporality = "aggregation_temporality";
    private const string NoCaches = "memory is bounded by limits on series, not by caches";

    private static readonly TimeSpan ShortestStep = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestStep = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestExpiration = TimeSpan.FromDays(30);

    /// <summary>Value of <c>aggregation_temporality</c> for totals.</summary>
    public const string Cumulative = "AGGREGATION_TEMPORALITY_CUMULATIVE";

    /// <summary>Value of <c>aggregation_temporality</c> for what was added since the point before.</summary>
    public const string Delta = "AGGREGATION_TEMPORALITY_DELTA";

    /// <summary>The unit where none is set, with these feature gates on.</summary>
    public static DurationUnit DefaultUnit(IReadOnlyList<FeatureGate> gates) =>
        gates.Contains(FeatureGate.UseSecondAsDefaultMetricsUnit) ? DurationUnit.Seconds : DurationUnit.Milliseconds;

    /// <summary>Reads the section, with these feature gates on.</summary>
    public static ConnectorSettings Read(MappingReader reader, IReadOnlyList<FeatureGate> gates)
    {
        ConnectorSettings defaults = new();
        MappingReader histogram = reader.Section("histogram");
        MappingReader events = reader.Section("events");
        List<string> scopes = ReadNames(reader, "include_instrumentation_scope", "the name of a scope");
        bool samplingMethod = reader.Flag("enable_metrics_sampling_method", false);
        List<string> reserved = Reserved(gates, hasScopes: scopes.Count > 0, samplingMethod);
        bool eventsEnabled = events.Flag("enabled", false);
        int exponentialMaxSize = ExponentialHistogramReader.Read(histogram);
        (bool exemplarsEnabled, int maxExemplars) = ReadExemplars(reader.Section("exemplars"));
        TimeSpan step = ReadStep(reader, defaults.MetricsFlushInterval);
        ConnectorSettings settings = new()
        {
            Namespace = reader.Text("namespace", defaults.Namespace),
            HistogramDisabled = histogram.Flag("disable", false),
            HistogramUnit = ReadUnit(histogram, DefaultUnit(gates)),
            ExponentialMaxSize = exponentialMaxSize,
            KeepsExplicitBuckets = exponentialMaxSize > 0 && histogram.Find("explicit") is not null,
            BucketsNanos = HistogramBucketsReader.Read(histogram, defaults.BucketsNanos),
            HistogramDimensions = DimensionsReader.Read(histogram, "dimensions", reserved),
            Dimensions = DimensionsReader.Read(reader, "dimensions", reserved),
            CallsDimensions = DimensionsReader.Read(reader, "calls_dimensions", reserved),
            ExcludeDimensions = ReadExcluded(reader, gates),
            IncludeInstrumentationScope = scopes,
            SamplingMethodEnabled = samplingMethod,
            ResourceMetricsKeyAttributes = ReadNames(reader, "resource_metrics_key_attributes", "an attribute name"),
            EventsEnabled = eventsEnabled,
            EventsDimensions = ReadEventsDimensions(events, eventsEnabled, reserved),
            ExemplarsEnabled = exemplarsEnabled,
            ExemplarsMaxPerDataPoint = maxExemplars,
            MetricsFlushInterval = step,
            SeriesExpiration = ReadExpiration(reader, "series_expiration", defaults.SeriesExpiration, step),
            MetricsExpiration = ReadExpiration(reader, "metrics_expiration", TimeSpan.Zero, step),
            IsDelta = ReadIsDelta(reader),
            SeriesLimit = reader.Integer("aggregation_cardinality_limit", 0, 0, ConnectorSettings.MaxSeriesLimit),
            AddResourceAttributes = reader.Flag("add_resource_attributes", false),
        };
        CheckResources(reader, settings, gates);
        RefuseLaterFeatures(reader);
        reader.Ignore("dimensions_cache_size", "series are not cached; the Collector ignores it too");
        reader.Ignore("resource_metrics_cache_size", NoCaches);
        reader.Ignore("metric_timestamp_cache_size", "a series remembers when it was sent last as long as it lives (series_expiration)");
        histogram.Finish();
        events.Finish();
        reader.Finish();
        return settings;
    }

    /// <summary>Reads the length of a step.</summary>
    internal static TimeSpan ReadStep(MappingReader reader, TimeSpan fallback) =>
        reader.Duration("metrics_flush_interval", fallback, ShortestStep, LongestStep);

    /// <summary>Notes an error where delta points would go to remote write, which holds totals.</summary>
    public static void CheckSinks(MappingReader reader, ConnectorSettings settings, string? remoteWritePath)
    {
        if (settings.IsDelta && remoteWritePath is not null)
        {
            reader.Error(
                Temporality,
                $"delta points cannot be written by {remoteWritePath}: remote write holds totals",
                $"remove the exporter from the pipeline to have deltas on the metrics topic alone, or set {Cumulative}");
        }
    }

    private static DurationUnit ReadUnit(MappingReader histogram, DurationUnit fallback)
    {
        string unit = histogram.Text("unit", fallback == DurationUnit.Seconds ? "s" : "ms");
        switch (unit.ToLowerInvariant())
        {
            case "ms":
                return DurationUnit.Milliseconds;
            case "s":
                return DurationUnit.Seconds;
            default:
                histogram.Error("unit", $"there is no unit '{histogram.Find("unit")!.Shown}'", SecondsHint);
                return DurationUnit.Milliseconds;
        }
    }

    /// <summary>Names of the built-in dimensions, which no configured one may have.</summary>
    private static List<string> Reserved(IReadOnlyList<FeatureGate> gates, bool hasScopes, bool samplingMethod)
    {
        List<string> names = [.. DimensionsReader.BuiltInNames];
        if (gates.Contains(FeatureGate.UseOtelStatusPrefix))
        {
            names.Add(OtelStatus);
        }

        if (hasScopes)
        {
            names.Add(SeriesLayout.ScopeName);
            names.Add(SeriesLayout.ScopeVersion);
        }

        if (samplingMethod)
        {
            names.Add(SeriesLayout.SamplingMethod);
        }

        return names;
    }

    private static IReadOnlyList<string> ReadExcluded(MappingReader reader, IReadOnlyList<FeatureGate> gates)
    {
        string[] names =
        [
            .. DimensionsReader.BuiltInNames.Where(name => name != Status),
            gates.Contains(FeatureGate.UseOtelStatusPrefix) ? OtelStatus : Status,
        ];
        foreach (SettingNode node in reader.TextNodes("exclude_dimensions"))
        {
            if (!names.Contains(node.Text))
            {
                reader.Context.Problems.Warning(
                    node,
                    reader.PathOf("exclude_dimensions"),
                    $"'{node.Shown}' is no built-in dimension, so this has no effect",
                    Suggestion.For(node.Text, names));
            }
        }

        return reader.Texts("exclude_dimensions", []);
    }

    /// <summary>Reads a list of names, none of them empty or twice in it.</summary>
    internal static List<string> ReadNames(MappingReader reader, string key, string what)
    {
        List<string> names = [];
        foreach (SettingNode node in reader.TextNodes(key))
        {
            if (node.Text.Length == 0)
            {
                reader.Error(node, key, what + " must not be empty");
            }
            else if (names.Contains(node.Text))
            {
                reader.Error(node, key, $"'{node.Shown}' stands twice in the list");
            }
            else
            {
                names.Add(node.Text);
            }
        }

        return names;
    }

    private static IReadOnlyList<DimensionRule> ReadEventsDimensions(
        MappingReader events, bool enabled, IReadOnlyCollection<string> reserved)
    {
        // The connector does not look at the list while events are off.
        if (!enabled)
        {
            events.Accept("dimensions");
            return [];
        }

        if (events.Items("dimensions").Count == 0)
        {
            events.Error("dimensions", "must name at least one dimension if events are enabled", "for example [{name: exception.type}]");
        }

        return DimensionsReader.Read(events, "dimensions", reserved);
    }

    // The connector does not look at the number while exemplars are off.
    private static (bool Enabled, int Max) ReadExemplars(MappingReader exemplars)
    {
        const string Key = "max_per_data_point";
        bool enabled = exemplars.Flag("enabled", false);
        int max = ConnectorSettings.DefaultExemplars;
        if (enabled)
        {
            max = exemplars.Integer(Key, max, 0, ConnectorSettings.MostExemplars);
        }
        else
        {
            exemplars.Accept(Key);
        }

        if (max == 0)
        {
            exemplars.Warning(Key, "0 means that no point has an exemplar, as in the Collector", "leave the key out for up to 5");
        }

        exemplars.Finish();
        return (enabled, max);
    }

    /// <summary>Checks what tells resources apart.</summary>
    internal static void CheckResources(MappingReader reader, ConnectorSettings settings, IReadOnlyList<FeatureGate> gates)
    {
        const string Key = "resource_metrics_key_attributes";
        IReadOnlyList<string> names = settings.ResourceMetricsKeyAttributes;
        if (names.Contains("*") && names.Count > 1)
        {
            reader.Error(Key, "'*' means all attributes and must stand alone");
        }
        else if (names.Contains("*"))
        {
            reader.Warning(
                Key,
                "with '*' two resources that differ only in what Prometheus does not show may write one series",
                "leave the key out for the default identity: namespace, name and environment of the service");
        }

        if (reader.Has(Key) && gates.Contains(FeatureGate.ExcludeResourceMetrics) && !settings.AddResourceAttributes)
        {
            reader.Warning(
                Key,
                "has no effect: the gate excludeResourceMetrics leaves nothing of a resource on the metrics that could tell it from others",
                "set add_resource_attributes, or remove one of the two");
        }
    }

    /// <summary>Reads when idle series end, with steps of this length.</summary>
    internal static TimeSpan ReadExpiration(MappingReader reader, string key, TimeSpan fallback, TimeSpan step)
    {
        TimeSpan lowest = reader.Find(key) is null ? TimeSpan.Zero : step;
        return reader.Duration(key, fallback, lowest, LongestExpiration, orZero: true);
    }

    private static bool ReadIsDelta(MappingReader reader)
    {
        string text = reader.Text(Temporality, Cumulative);
        if (text is not (Delta or Cumulative))
        {
            SettingNode value = reader.Find(Temporality)!;
            reader.Error(
                Temporality,
                $"there is no temporality '{value.Shown}'",
                MappingReader.DidYouMean(value, [Cumulative, Delta]) ?? $"set {Cumulative}");
        }

        return text == Delta;
    }

    private static void RefuseLaterFeatures(MappingReader reader)
    {
        MappingReader selfTime = reader.Section("self_time");
        selfTime.RefuseIfOn("enabled", "remove it; calls and duration are there without it");
        selfTime.Finish();
    }
}
