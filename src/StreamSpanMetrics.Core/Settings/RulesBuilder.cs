using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Points;
using StreamSpanMetrics.Core.Prometheus;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Totals;

namespace StreamSpanMetrics.Core.Settings;

/// <summary>Turns settings into the rules that each room owns.</summary>
public static class RulesBuilder
{
    /// <summary>Rules of the room Spans.</summary>
    public static SpanRules Spans(ProcessorSettings settings)
    {
        ConnectorSettings connector = settings.Connector;
        return new SpanRules
        {
            IdentityAttributes = connector.ResourceMetricsKeyAttributes,
            Dimensions = DimensionPresets.AddTo(connector.Dimensions, settings.Stream.Presets),
            CallsDimensions = connector.CallsDimensions,
            HistogramDimensions = connector.HistogramDimensions,
            EventsDimensions = connector.EventsDimensions,
            EventsEnabled = connector.EventsEnabled,
            HistogramEnabled = !connector.HistogramDisabled,
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
        BoundsNanos = settings.Connector.ExponentialMaxSize > 0 ? [] : settings.Connector.BucketsNanos,
        ExponentialMaxSize = settings.Connector.ExponentialMaxSize,
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
        SeriesLimit = settings.Connector.SeriesLimit,
        Histogram = Histogram(settings),
    };

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
