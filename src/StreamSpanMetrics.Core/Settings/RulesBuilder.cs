using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Points;
using StreamSpanMetrics.Core.Prometheus;
using StreamSpanMetrics.Core.Settings.Conditions;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Spans.Conditions;
using StreamSpanMetrics.Core.Totals;

namespace StreamSpanMetrics.Core.Settings;

/// <summary>Turns settings into the rules that each room owns.</summary>
public static class RulesBuilder
{
    /// <summary>Rules of the room Spans.</summary>
    public static SpanRules Spans(ProcessorSettings settings)
    {
        ConnectorSettings connector = settings.Connector;
        if (connector.IsCount)
        {
            return SpanRules.Counting(Counts(connector)) with
            {
                IdentityAttributes = connector.ResourceMetricsKeyAttributes,
                DropMissingServiceName = settings.Stream.DropMissingServiceName,
                Filter = settings.Stream.Filter,
            };
        }

        return new SpanRules
        {
            IdentityAttributes = connector.ResourceMetricsKeyAttributes,
            Dimensions = DimensionPresets.AddTo(connector.Dimensions, settings.Stream.Presets),
            CallsDimensions = connector.CallsDimensions,
            HistogramDimensions = connector.HistogramDimensions,
            EventsDimensions = connector.EventsDimensions,
            EventsEnabled = connector.EventsEnabled,
            HistogramEnabled = !connector.HistogramDisabled,
            MaxExemplars = MaxExemplars(connector),
            IncludeServiceName = !Excluded(connector, "service.name"),
            IncludeSpanName = !Excluded(connector, "span.name"),
            IncludeSpanKind = !Excluded(connector, "span.kind"),
            IncludeStatusCode = !Excluded(connector, Has(settings, FeatureGate.UseOtelStatusPrefix) ? "otel.status_code" : "status.code"),
            UseOtelStatusCode = Has(settings, FeatureGate.UseOtelStatusPrefix),
            InstrumentationScopes = connector.IncludeInstrumentationScope,
            IncludeSamplingMethod = connector.SamplingMethodEnabled,
            IncludeResource = connector.AddResourceAttributes || !Has(settings, FeatureGate.ExcludeResourceMetrics),
            DropMissingServiceName = settings.Stream.DropMissingServiceName,
            MaxLabelBytes = settings.Stream.MaxLabelBytes,
            Filter = settings.Stream.Filter,
        };
    }

    /// <summary>Rules of the room Histograms.</summary>
    public static HistogramRules Histogram(ProcessorSettings settings) => new()
    {
        BoundsNanos = settings.Connector.HasExplicitBuckets && !settings.Connector.IsCount ? settings.Connector.BucketsNanos : [],
        ExponentialMaxSize = settings.Connector.ExponentialMaxSize,
        KeepsExplicit = settings.Connector.KeepsExplicitBuckets,
        Unit = settings.Connector.HistogramUnit,
    };

    /// <summary>Rules of the room Points.</summary>
    public static PointRules Points(ProcessorSettings settings) => new()
    {
        Namespace = Has(settings, FeatureGate.LegacyMetricNames) && settings.Connector.Namespace == ConnectorSettings.DefaultNamespace
            ? ""
            : settings.Connector.Namespace,
        IntervalMillis = (long)settings.Connector.MetricsFlushInterval.TotalMilliseconds,
        ExpiryMillis = (long)settings.Connector.SeriesExpiration.TotalMilliseconds,
        ResourceExpiryMillis = (long)settings.Connector.MetricsExpiration.TotalMilliseconds,
        Emission = Emission(settings),
        SeriesLimit = SeriesLimit(settings),
        LabelLimit = settings.Stream.LabelLimit,
        Histogram = Histogram(settings),
        MaxExemplars = MaxExemplars(settings.Connector),
    };

    // Under a limit on values, too, all series of a resource lie together in the state (S3): there has to be an end to them.
    private static int SeriesLimit(ProcessorSettings settings) =>
        settings.Connector.SeriesLimit == 0 && settings.Stream.LabelLimit > 0 ? ConnectorSettings.MaxSeriesLimit : settings.Connector.SeriesLimit;

    /// <summary>Rules of a shard's totals.</summary>
    public static ShardRules Shard(ProcessorSettings settings, int shard) =>
        Points(settings).ForShard(shard, new RulesFingerprint(settings).Number, new SeriesLayout(Spans(settings)));

    /// <summary>Rules of the room Prometheus; those of an exporter with default settings where none is configured.</summary>
    public static PrometheusRules Prometheus(ProcessorSettings settings)
    {
        PrometheusRules rules = settings.RemoteWrite?.Rules ?? new PrometheusRules();
        return rules with
        {
            IdentityLabels = IdentityLabels(settings.Connector.ResourceMetricsKeyAttributes),
            Profiles = settings.Stream.Naming,
            PointNamespace = Points(settings).Namespace,
        };
    }

    private static List<CountRule> Counts(ConnectorSettings connector)
    {
        List<CountRule> rules = [];
        foreach (CountMetricSettings metric in connector.Counts)
        {
            rules.Add(new CountRule(metric.Name, metric.IsOfEvents)
            {
                Description = metric.Description,
                Condition = OneOf(metric),
                Attributes = metric.Attributes,
            });
        }

        return rules;
    }

    private static JoinedCondition? OneOf(CountMetricSettings metric)
    {
        List<Condition> conditions = [];
        foreach (string text in metric.Conditions)
        {
            // What is none was refused when the settings were read.
            conditions.Add(ConditionParser.TryParse(text, metric.IsOfEvents, out Condition? condition, out ConditionProblem problem)
                ? condition
                : throw new ArgumentException(problem.ToString(), nameof(metric)));
        }

        return conditions.Count == 0 ? null : new JoinedCondition(IsAll: false, conditions);
    }

    private static EmissionRules Emission(ProcessorSettings settings)
    {
        if (settings.Connector.IsDelta)
        {
            return new EmissionRules { Mode = EmissionMode.Delta };
        }

        return !settings.Stream.EmitsChanged
            ? EmissionRules.All
            : new EmissionRules
            {
                Mode = EmissionMode.Changed,
                ActiveMillis = (long)settings.Stream.ActiveFor.TotalMilliseconds,
                HeartbeatMillis = (long)settings.Stream.Heartbeat.TotalMilliseconds,
            };
    }

    private static int MaxExemplars(ConnectorSettings connector) =>
        connector.ExemplarsEnabled ? connector.ExemplarsMaxPerDataPoint : 0;

    private static bool Has(ProcessorSettings settings, FeatureGate gate)
    {
        foreach (FeatureGate on in settings.Stream.FeatureGates)
        {
            if (on == gate)
            {
                return true;
            }
        }

        return false;
    }

    private static List<string> IdentityLabels(IReadOnlyList<string> keyAttributes)
    {
        if (keyAttributes.Count == 0)
        {
            return [SpanRules.EnvironmentAttribute];
        }

        List<string> labels = [];
        foreach (string name in keyAttributes)
        {
            if (name is not ("service.name" or "service.namespace" or "service.instance.id" or "*"))
            {
                labels.Add(name);
            }
        }

        return labels;
    }

    private static bool Excluded(ConnectorSettings connector, string name)
    {
        foreach (string excluded in connector.ExcludeDimensions)
        {
            if (excluded == name)
            {
                return true;
            }
        }

        return false;
    }
}
