using System.Diagnostics.CodeAnalysis;
using Google.Protobuf.Collections;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Metrics.V1;
using OpenTelemetry.Proto.Resource.V1;

namespace StreamSpanMetrics.Core.Prometheus;

/// <summary>
/// Translates records of the metrics topic into Prometheus series, as the Collector's remote-write exporter does (v0.158.0,
/// pkg/translator/prometheusremotewrite), under the names of one profile or several. Points of one series in one record become one series
/// with its samples in time order. A resource without metrics in a record says that the descriptive attributes of its job have changed: the
/// <c>target_info</c> of that former resource ends with a stale marker at the end of the record's step.
/// Keeps only caches from record to record: the same record always gives the same bytes (E1). Not for several threads.
/// </summary>
public sealed class SeriesTranslator
{
    private const long NanosPerMilli = 1_000_000;

    private readonly PrometheusRules rules;
    private readonly SeriesNaming[] namings;

    // Profiles may share the name of target_info: it is one series then, and one of them writes it.
    private readonly List<SeriesNaming> targets = [];
    private readonly SeriesTable table;
    private readonly TimeSeriesWriter writer;
    private long newestMillis;
    private long newestLiveMillis;

    /// <summary>A translator for one exporter.</summary>
    public SeriesTranslator(PrometheusRules rules)
    {
        this.rules = rules;
        writer = new TimeSeriesWriter(rules.ExplicitAsCustomBuckets, rules.KeepsClassicHistograms);
        ByteBuffer arena = new();
        table = new SeriesTable(arena);
        namings = new SeriesNaming[rules.Profiles.Count];
        for (int at = 0; at < namings.Length; at++)
        {
            SeriesNaming naming = new(rules, rules.Profiles[at], arena);
            namings[at] = naming;
            if (!targets.Exists(other => other.TargetInfo.Family.Name == naming.TargetInfo.Family.Name))
            {
                targets.Add(naming);
            }
        }
    }

    /// <summary>Appends the series of <paramref name="request"/> to <paramref name="output"/>. Keeps no reference to either.</summary>
    public void Translate(ExportMetricsServiceRequest request, SeriesBuffer output)
    {
        table.Clear();
        long newestOfAll = 0;
        bool anyFormer = false;
        foreach (ResourceMetrics resource in request.ResourceMetrics)
        {
            if (resource.ScopeMetrics.Count == 0)
            {
                anyFormer = true;
                continue;
            }

            newestMillis = 0;
            newestLiveMillis = 0;
            AddResource(resource, output);
            // Series that only end have their markers 1 ms before the end of the step (P-2), where other resources of the job, whose
            // target_info is the same series, may have spoken already: a sample behind theirs would be refused.
            AddTargetInfo(resource.Resource, newestLiveMillis, BitConverter.DoubleToInt64Bits(1.0), onlyNew: false);
            newestOfAll = Math.Max(newestOfAll, newestMillis);
        }

        if (anyFormer)
        {
            foreach (ResourceMetrics resource in request.ResourceMetrics)
            {
                if (resource.ScopeMetrics.Count == 0)
                {
                    AddTargetInfo(resource.Resource, newestOfAll, StaleMarker.Bits, onlyNew: true);
                }
            }
        }

        writer.Write(table, output);
        table.Clear();
    }

    private void AddResource(ResourceMetrics resource, SeriesBuffer output)
    {
        RepeatedField<KeyValue>? attributes = resource.Resource?.Attributes;
        foreach (ScopeMetrics scope in resource.ScopeMetrics)
        {
            foreach (SeriesNaming naming in namings)
            {
                FixedLabel[] labels = naming.ForPoints(attributes, scope.Scope);
                foreach (Metric metric in scope.Metrics)
                {
                    AddMetric(metric, naming, attributes, labels, output);
                }
            }
        }
    }

    private void AddMetric(Metric metric, SeriesNaming naming, RepeatedField<KeyValue>? resource, FixedLabel[] labels, SeriesBuffer output)
    {
        switch (metric.DataCase)
        {
            case Metric.DataOneofCase.Sum:
                Sum sum = metric.Sum;
                MetricKind kind = sum.IsMonotonic ? MetricKind.Counter : MetricKind.Gauge;
                bool cumulative = sum.AggregationTemporality == AggregationTemporality.Cumulative;
                FamilyNames? sumFamily = cumulative ? naming.Family(metric, kind, isSum: true) : null;
                AddNumbers(sum.DataPoints, naming, sumFamily, resource, labels, output);
                break;
            case Metric.DataOneofCase.Gauge:
                AddNumbers(metric.Gauge.DataPoints, naming, naming.Family(metric, MetricKind.Gauge, isSum: false), resource, labels, output);
                break;
            case Metric.DataOneofCase.Histogram:
                bool known = metric.Histogram.AggregationTemporality == AggregationTemporality.Cumulative;
                FamilyNames? family = known ? naming.Family(metric, MetricKind.Histogram, isSum: false) : null;
                AddHistograms(metric.Histogram.DataPoints, naming, family, resource, labels, output);
                break;
            case Metric.DataOneofCase.ExponentialHistogram:
                bool cumulates = metric.ExponentialHistogram.AggregationTemporality == AggregationTemporality.Cumulative;
                FamilyNames? native = cumulates ? naming.Family(metric, MetricKind.Histogram, isSum: false) : null;
                AddExponentials(metric.ExponentialHistogram.DataPoints, naming, native, resource, labels, output);
                break;
            case Metric.DataOneofCase.Summary:
                CountUntranslated(metric.Summary.DataPoints.Count, naming, output);
                break;
            default:
                break;
        }
    }

    // A metric without a family has no form here: its points are counted, and that is all.
    private bool Begin([NotNullWhen(true)] FamilyNames? family, int points, SeriesNaming naming, SeriesBuffer output)
    {
        if (family is null)
        {
            CountUntranslated(points, naming, output);
            return false;
        }

        if (points > 0)
        {
            output.AddFamily(family.Family);
        }

        return true;
    }

    private void AddNumbers(
        RepeatedField<NumberDataPoint> points, SeriesNaming naming, FamilyNames? family, RepeatedField<KeyValue>? resource, FixedLabel[] labels,
        SeriesBuffer output)
    {
        if (!Begin(family, points.Count, naming, output))
        {
            return;
        }

        for (int at = 0; at < points.Count; at++)
        {
            NumberDataPoint point = points[at];
            long millis = Millis(point.TimeUnixNano, point.Flags);
            double value = point.ValueCase == NumberDataPoint.ValueOneofCase.AsInt ? point.AsInt : point.AsDouble;
            long bits = IsStale(point.Flags) ? StaleMarker.Bits : BitConverter.DoubleToInt64Bits(value);
            long start = family.Family.Kind == MetricKind.Counter ? StartMillis(point.StartTimeUnixNano, millis, point.Flags) : 0;
            // Gauges have none in Prometheus (OpenTelemetry specification, compatibility/prometheus_and_openmetrics.md).
            RepeatedField<Exemplar>? exemplars = family.Family.Kind == MetricKind.Counter ? Any(point.Exemplars) : null;
            LabelSet set = Labels(naming.Labels, point.Attributes, resource, labels);
            table.Add(family, set, new SeriesPoint(millis, bits, null, -1) { StartMillis = start, Exemplars = exemplars });
        }
    }

    private void AddHistograms(
        RepeatedField<HistogramDataPoint> points, SeriesNaming naming, FamilyNames? family, RepeatedField<KeyValue>? resource, FixedLabel[] labels,
        SeriesBuffer output)
    {
        if (!Begin(family, points.Count, naming, output))
        {
            return;
        }

        for (int at = 0; at < points.Count; at++)
        {
            HistogramDataPoint point = points[at];
            long millis = Millis(point.TimeUnixNano, point.Flags);
            long bits = IsStale(point.Flags) ? StaleMarker.Bits : 0;
            long start = StartMillis(point.StartTimeUnixNano, millis, point.Flags);
            LabelSet set = Labels(naming.Labels, point.Attributes, resource, labels);
            table.Add(family, set, new SeriesPoint(millis, bits, point, -1) { StartMillis = start, Exemplars = Any(point.Exemplars) });
        }
    }

    private void AddExponentials(
        RepeatedField<ExponentialHistogramDataPoint> points, SeriesNaming naming, FamilyNames? family, RepeatedField<KeyValue>? resource,
        FixedLabel[] labels, SeriesBuffer output)
    {
        if (family is null)
        {
            CountUntranslated(points.Count, naming, output);
            return;
        }

        bool any = false;
        for (int at = 0; at < points.Count; at++)
        {
            ExponentialHistogramDataPoint point = points[at];
            if (!NativeHistograms.CanHold(point))
            {
                CountUntranslated(1, naming, output);
                continue;
            }

            any = true;
            long millis = Millis(point.TimeUnixNano, point.Flags);
            long bits = IsStale(point.Flags) ? StaleMarker.Bits : 0;
            long start = StartMillis(point.StartTimeUnixNano, millis, point.Flags);
            LabelSet set = Labels(naming.Labels, point.Attributes, resource, labels);
            table.Add(family, set, new SeriesPoint(millis, bits, null, -1, point) { StartMillis = start, Exemplars = Any(point.Exemplars) });
        }

        if (any)
        {
            output.AddFamily(family.Family);
        }
    }

    // By index: the enumerator of a repeated field is an object, and this runs for every point.
    private LabelSet Labels(
        LabelSetBuilder builder, RepeatedField<KeyValue> attributes, RepeatedField<KeyValue>? resource, FixedLabel[] labels)
    {
        builder.Begin();
        for (int at = 0; at < attributes.Count; at++)
        {
            builder.Add(attributes[at], overwrites: false);
        }

        if (rules.ResourceAttributesAsLabels && resource is not null)
        {
            for (int at = 0; at < resource.Count; at++)
            {
                builder.Add(resource[at], overwrites: true);
            }
        }

        return builder.Finish(labels);
    }

    // (P-4) No target_info without a time, without a job or an instance, or with nothing to tell.
    private void AddTargetInfo(Resource? resource, long millis, long bits, bool onlyNew)
    {
        if (!rules.TargetInfoEnabled || millis == 0 || resource is null)
        {
            return;
        }

        foreach (SeriesNaming naming in targets)
        {
            AddTargetInfo(naming, resource, millis, bits, onlyNew);
        }
    }

    private void AddTargetInfo(SeriesNaming naming, Resource resource, long millis, long bits, bool onlyNew)
    {
        FixedLabel[]? labels = naming.ForTargetInfo(resource.Attributes);
        LabelSetBuilder builder = naming.Labels;
        builder.Begin();
        foreach (KeyValue attribute in resource.Attributes)
        {
            if (naming.IsDescriptive(attribute.Key))
            {
                builder.Add(attribute, overwrites: false);
            }
        }

        if (labels is not null && builder.AttributeCount > 0)
        {
            table.Add(naming.TargetInfo, builder.Finish(labels), new SeriesPoint(millis, bits, null, -1), onlyNew);
        }
    }

    // A point counts once, under however many names it would be written.
    private void CountUntranslated(int points, SeriesNaming naming, SeriesBuffer output) =>
        output.CountUntranslated(ReferenceEquals(naming, namings[0]) ? points : 0);

    private long Millis(ulong nanos, uint flags)
    {
        long millis = (long)(nanos / NanosPerMilli);
        // A marker stands 1 ms before the end of its step (P-2).
        newestMillis = Math.Max(newestMillis, IsStale(flags) ? millis + 1 : millis);
        newestLiveMillis = IsStale(flags) ? newestLiveMillis : Math.Max(newestLiveMillis, millis);
        return millis;
    }

    private static RepeatedField<Exemplar>? Any(RepeatedField<Exemplar> exemplars) => exemplars.Count > 0 ? exemplars : null;

    private static long StartMillis(ulong nanos, long pointMillis, uint flags)
    {
        long millis = (long)(nanos / NanosPerMilli);
        return millis < pointMillis && !IsStale(flags) ? millis : 0;
    }

    private static bool IsStale(uint flags) => (flags & (uint)DataPointFlags.NoRecordedValueMask) != 0;
}
