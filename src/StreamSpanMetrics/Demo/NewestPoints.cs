using Google.Protobuf.Collections;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Metrics.V1;
using OpenTelemetry.Proto.Resource.V1;

namespace StreamSpanMetrics.Demo;

/// <summary>The newest point of every series of one resource. Used under the page's lock.</summary>
internal sealed class NewestPoints
{
    private readonly SortedDictionary<string, (Metric Header, SortedDictionary<string, NumberDataPoint> Points)> sums =
        new(StringComparer.Ordinal);

    private readonly SortedDictionary<string, (Metric Header, SortedDictionary<string, HistogramDataPoint> Points)> histograms =
        new(StringComparer.Ordinal);

    private Resource resource = new();
    private InstrumentationScope? scope;
    private ulong resourceNanos;

    /// <summary>Takes the points of a record; the newest one of a series stays, a stale marker removes it.</summary>
    public void Accept(ResourceMetrics metrics)
    {
        ulong newestNanos = 0;
        foreach (ScopeMetrics scopeMetrics in metrics.ScopeMetrics)
        {
            scope = scopeMetrics.Scope ?? scope;
            foreach (Metric metric in scopeMetrics.Metrics)
            {
                newestNanos = Math.Max(newestNanos, Accept(metric));
            }
        }

        if (newestNanos >= resourceNanos)
        {
            resource = metrics.Resource ?? new Resource();
            resourceNanos = newestNanos;
        }
    }

    /// <summary>A request with one point per series, in the order of names and labels.</summary>
    public ExportMetricsServiceRequest ToRequest()
    {
        ScopeMetrics scopeMetrics = new() { Scope = scope };
        foreach ((Metric header, SortedDictionary<string, NumberDataPoint> points) in sums.Values)
        {
            Metric metric = header.Clone();
            metric.Sum.DataPoints.Add(points.Values);
            AddUnlessEmpty(scopeMetrics, metric, points.Count);
        }

        foreach ((Metric header, SortedDictionary<string, HistogramDataPoint> points) in histograms.Values)
        {
            Metric metric = header.Clone();
            metric.Histogram.DataPoints.Add(points.Values);
            AddUnlessEmpty(scopeMetrics, metric, points.Count);
        }

        ResourceMetrics metrics = new() { Resource = resource };
        metrics.ScopeMetrics.Add(scopeMetrics);
        ExportMetricsServiceRequest request = new();
        request.ResourceMetrics.Add(metrics);
        return request;
    }

    private static void AddUnlessEmpty(ScopeMetrics scopeMetrics, Metric metric, int points)
    {
        if (points > 0)
        {
            scopeMetrics.Metrics.Add(metric);
        }
    }

    private ulong Accept(Metric metric)
    {
        ulong newestNanos = 0;
        if (metric.DataCase == Metric.DataOneofCase.Sum)
        {
            SortedDictionary<string, NumberDataPoint> points = Find(sums, metric, static header => header.Sum.DataPoints.Clear());
            foreach (NumberDataPoint point in metric.Sum.DataPoints)
            {
                newestNanos = Math.Max(newestNanos, point.TimeUnixNano);
                Keep(points, point, point.Attributes, point.Flags, static kept => kept.TimeUnixNano);
            }
        }
        else if (metric.DataCase == Metric.DataOneofCase.Histogram)
        {
            SortedDictionary<string, HistogramDataPoint> points =
                Find(histograms, metric, static header => header.Histogram.DataPoints.Clear());
            foreach (HistogramDataPoint point in metric.Histogram.DataPoints)
            {
                newestNanos = Math.Max(newestNanos, point.TimeUnixNano);
                Keep(points, point, point.Attributes, point.Flags, static kept => kept.TimeUnixNano);
            }
        }

        return newestNanos;
    }

    private static SortedDictionary<string, T> Find<T>(
        SortedDictionary<string, (Metric Header, SortedDictionary<string, T> Points)> metrics, Metric metric, Action<Metric> clear)
    {
        if (!metrics.TryGetValue(metric.Name, out (Metric Header, SortedDictionary<string, T> Points) found))
        {
            Metric header = metric.Clone();
            clear(header);
            found = (header, new SortedDictionary<string, T>(StringComparer.Ordinal));
            metrics.Add(metric.Name, found);
        }

        return found.Points;
    }

    private static void Keep<T>(
        SortedDictionary<string, T> points, T point, RepeatedField<KeyValue> attributes, uint flags, Func<T, ulong> timeOf)
    {
        string key = AttributeText.KeyOf(attributes);
        if (points.TryGetValue(key, out T? known) && timeOf(known) > timeOf(point))
        {
            return;
        }

        if ((flags & (uint)DataPointFlags.NoRecordedValueMask) != 0)
        {
            points.Remove(key);
        }
        else
        {
            points[key] = point;
        }
    }
}
