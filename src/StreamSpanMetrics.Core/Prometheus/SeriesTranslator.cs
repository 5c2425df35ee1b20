using System.Diagnostics.CodeAnalysis;
using Google.Protobuf.Collections;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Metrics.V1;
using OpenTelemetry.Proto.Resource.V1;

namespace StreamSpanMetrics.Core.Prometheus;

/// <summary>
/// Translates records of the metrics topic into Prometheus series, as the Collector's remote-write exporter does (v0.158.0,
/// pkg/translator/prometheusremotewrite). Points of one series in one record become one series with its samples in time order.
/// A resource without metrics in a record says that the descriptive attributes of its job have changed: the
/// <c>target_info</c> of that former resource ends with a stale marker at the end of the record's step.
/// Keeps only caches from record to record: the same record always gives the same bytes (E1). Not for several threads.
/// </summary>
public sealed class SeriesTranslator
{
    private const long NanosPerMilli = 1_000_000;

    // Metric names come from settings, so they are few; a cache beyond that is not grown for ever.
    private const int MostCachedFamilies = 1024;

    private readonly PrometheusRules rules;
    private readonly MetricNamer namer;
    private readonly FixedLabels fixedLabels;
    private readonly LabelSetBuilder builder;
    private readonly SeriesTable table;
    private readonly TimeSeriesWriter writer;
    private readonly FamilyNames targetInfo;
    private readonly Dictionary<(string Name, string Unit, string Help, MetricKind Kind, bool IsSum), FamilyNames?> families = [];
    private long newestMillis;
    private long newestLiveMillis;

    /// <summary>A translator for one exporter.</summary>
    public SeriesTranslator(PrometheusRules rules)
    {
        this.rules = rules;
        namer = new MetricNamer(rules.Namespace, rules.Translation);
        fixedLabels = new FixedLabels(rules);
        writer = new TimeSeriesWriter(rules.ExplicitAsCustomBuckets, rules.KeepsClassicHistograms);
        ByteBuffer arena = new();
        builder = new LabelSetBuilder(arena, rules.Translation);
        table = new SeriesTable(arena);
        targetInfo = new FamilyNames(new MetricFamily(namer.TargetInfoName, MetricKind.Info, "", "Target metadata"));
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
            FixedLabel[] labels = fixedLabels.ForPoints(attributes, scope.Scope);
            foreach (Metric metric in scope.Metrics)
            {
                AddMetric(metric, attributes, labels, output);
            }
        }
    }

    private void AddMetric(Metric metric, RepeatedField<KeyValue>? resource, FixedLabel[] labels, SeriesBuffer output)
    {
        switch (metric.DataCase)
        {
            case Metric.DataOneofCase.Sum:
                Sum sum = metric.Sum;
                MetricKind kind = sum.IsMonotonic ? MetricKind.Counter : MetricKind.Gauge;
                bool cumulative = sum.AggregationTemporality == AggregationTemporality.Cumulative;
                FamilyNames? sumFamily = cumulative ? Family(metric, kind, isSum: true) : null;
                AddNumbers(sum.DataPoints, sumFamily, resource, labels, output);
                break;
            case Metric.DataOneofCase.Gauge:
                AddNumbers(metric.Gauge.DataPoints, Family(metric, MetricKind.Gauge, isSum: false), resource, labels, output);
                break;
            case Metric.DataOneofCase.Histogram:
                bool known = metric.Histogram.AggregationTemporality == AggregationTemporality.Cumulative;
                FamilyNames? family = known ? Family(metric, MetricKind.Histogram, isSum: false) : null;
                AddHistograms(metric.Histogram.DataPoints, family, resource, labels, output);
                break;
            case Metric.DataOneofCase.ExponentialHistogram:
                bool cumulates = metric.ExponentialHistogram.AggregationTemporality == AggregationTemporality.Cumulative;
                FamilyNames? native = cumulates ? Family(metric, MetricKind.Histogram, isSum: false) : null;
                AddExponentials(metric.ExponentialHistogram.DataPoints, native, resource, labels, output);
                break;
            case Metric.DataOneofCase.Summary:
                output.CountUntranslated(metric.Summary.DataPoints.Count);
                break;
            default:
                break;
        }
    }

    // A metric without a family has no form here: its points are counted, and that is all.
    private static bool Begin([NotNullWhen(true)] FamilyNames? family, int points, SeriesBuffer output)
    {
        if (family is null)
        {
            output.CountUntranslated(points);
            return false;
        }

        if (points > 0)
        {
            output.AddFamily(family.Family);
        }

        return true;
    }

    private void AddNumbers(
        RepeatedField<NumberDataPoint> points, FamilyNames? family, RepeatedField<KeyValue>? resource, FixedLabel[] labels,
        SeriesBuffer output)
    {
        if (!Begin(family, points.Count, output))
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
            table.Add(family, Labels(point.Attributes, resource, labels), new SeriesPoint(millis, bits, null, -1) { StartMillis = start });
        }
    }

    private void AddHistograms(
        RepeatedField<HistogramDataPoint> points, FamilyNames? family, RepeatedField<KeyValue>? resource, FixedLabel[] labels,
        SeriesBuffer output)
    {
        if (!Begin(family, points.Count, output))
        {
            return;
        }

        for (int at = 0; at < points.Count; at++)
        {
            HistogramDataPoint point = points[at];
            long millis = Millis(point.TimeUnixNano, point.Flags);
            long bits = IsStale(point.Flags) ? StaleMarker.Bits : 0;
            long start = StartMillis(point.StartTimeUnixNano, millis, point.Flags);
            table.Add(family, Labels(point.Attributes, resource, labels), new SeriesPoint(millis, bits, point, -1) { StartMillis = start });
        }
    }

    private void AddExponentials(
        RepeatedField<ExponentialHistogramDataPoint> points, FamilyNames? family, RepeatedField<KeyValue>? resource, FixedLabel[] labels,
        SeriesBuffer output)
    {
        if (family is null)
        {
            output.CountUntranslated(points.Count);
            return;
        }

        bool any = false;
        for (int at = 0; at < points.Count; at++)
        {
            ExponentialHistogramDataPoint point = points[at];
            if (!NativeHistograms.CanHold(point))
            {
                output.CountUntranslated(1);
                continue;
            }

            any = true;
            long millis = Millis(point.TimeUnixNano, point.Flags);
            long bits = IsStale(point.Flags) ? StaleMarker.Bits : 0;
            long start = StartMillis(point.StartTimeUnixNano, millis, point.Flags);
            table.Add(
                family, Labels(point.Attributes, resource, labels), new SeriesPoint(millis, bits, null, -1, point) { StartMillis = start });
        }

        if (any)
        {
            output.AddFamily(family.Family);
        }
    }

    // By index: the enumerator of a repeated field is an object, and this runs for every point.
    private LabelSet Labels(RepeatedField<KeyValue> attributes, RepeatedField<KeyValue>? resource, FixedLabel[] labels)
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

        FixedLabel[]? labels = fixedLabels.ForTargetInfo(resource.Attributes);
        builder.Begin();
        foreach (KeyValue attribute in resource.Attributes)
        {
            if (fixedLabels.IsDescriptive(attribute.Key))
            {
                builder.Add(attribute, overwrites: false);
            }
        }

        if (labels is not null && builder.AttributeCount > 0)
        {
            table.Add(targetInfo, builder.Finish(labels), new SeriesPoint(millis, bits, null, -1), onlyNew);
        }
    }

    private FamilyNames? Family(Metric metric, MetricKind kind, bool isSum)
    {
        (string Name, string Unit, string Help, MetricKind Kind, bool IsSum) key = (metric.Name, metric.Unit, metric.Description, kind, isSum);
        if (!families.TryGetValue(key, out FamilyNames? family))
        {
            string? name = namer.Name(metric.Name, metric.Unit, kind, isSum);
            family = name is null ? null : new FamilyNames(new MetricFamily(name, kind, MetricNamer.Unit(metric.Unit), metric.Description));
            if (families.Count < MostCachedFamilies)
            {
                families.Add(key, family);
            }
        }

        return family;
    }

    private long Millis(ulong nanos, uint flags)
    {
        long millis = (long)(nanos / NanosPerMilli);
        // A marker stands 1 ms before the end of its step (P-2).
        newestMillis = Math.Max(newestMillis, IsStale(flags) ? millis + 1 : millis);
        newestLiveMillis = IsStale(flags) ? newestLiveMillis : Math.Max(newestLiveMillis, millis);
        return millis;
    }

    private static long StartMillis(ulong nanos, long pointMillis, uint flags)
    {
        long millis = (long)(nanos / NanosPerMilli);
        return millis < pointMillis && !IsStale(flags) ? millis : 0;
    }

    private static bool IsStale(uint flags) => (flags & (uint)DataPointFlags.NoRecordedValueMask) != 0;
}
