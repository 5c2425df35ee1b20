using System.Globalization;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Metrics.V1;
using StreamSpanMetrics.Simulation.Cluster;

namespace StreamSpanMetrics.Simulation.Truth;

/// <summary>The points in a partition of the metrics topic, as texts like those of <see cref="SlowTotals"/>.</summary>
internal static class WrittenPoints
{
    private const ulong NanosPerMilli = 1_000_000;

    /// <summary>All points, in order.</summary>
    public static List<string> Of(SimPartition metrics) =>
        [.. metrics.Committed().SelectMany(record => Of(ExportMetricsServiceRequest.Parser.ParseFrom(record.Value)))];

    /// <summary>Services with records in a partition.</summary>
    public static HashSet<string> Jobs(SimPartition metrics) =>
        [.. metrics.Committed()
            .SelectMany(record => ExportMetricsServiceRequest.Parser.ParseFrom(record.Value).ResourceMetrics)
            .Select(resource => Text(resource.Resource.Attributes, "service.name"))];

    private static IEnumerable<string> Of(ExportMetricsServiceRequest request) =>
        from resource in request.ResourceMetrics
        from scope in resource.ScopeMetrics
        from metric in scope.Metrics
        from text in Of(resource, metric)
        select text;

    private static IEnumerable<string> Of(ResourceMetrics resource, Metric metric)
    {
        string service = Text(resource.Resource.Attributes, "service.name");
        string environment = Text(resource.Resource.Attributes, "deployment.environment.name");
        string kind = metric.Name[(metric.Name.LastIndexOf('.') + 1)..];
        foreach (NumberDataPoint point in metric.Sum?.DataPoints ?? [])
        {
            string value = IsStale(point.Flags) ? "stale" : point.AsInt.ToString(CultureInfo.InvariantCulture) + Text(point.Exemplars);
            yield return Point(kind, service, environment, point.Attributes, point.StartTimeUnixNano, point.TimeUnixNano, value);
        }

        foreach (HistogramDataPoint point in metric.Histogram?.DataPoints ?? [])
        {
            string value = IsStale(point.Flags) ? "stale" : SlowTotals.Value(point.Count, point.Sum, point.BucketCounts) + Text(point.Exemplars);
            yield return Point(kind, service, environment, point.Attributes, point.StartTimeUnixNano, point.TimeUnixNano, value);
        }
    }

    private static string Point(
        string kind, string service, string environment, IEnumerable<KeyValue> attributes, ulong startNanos, ulong timeNanos, string value)
    {
        List<KeyValue> all = [.. attributes];
        string name = Text(all, "span.name");
        string spanKind = Text(all, "span.kind");
        string status = Text(all, "status.code");
        string series = kind == "events"
            ? SeriesNames.OfEvents(service, environment, name, spanKind, status, Text(all, "exception.type"))
            : SeriesNames.OfSpans(service, environment, name, spanKind, status);
        if (all.Exists(attribute => attribute.Key == "otel.metric.overflow" && attribute.Value.BoolValue))
        {
            series = SeriesNames.OverflowOf(series);
        }

        return SlowTotals.Point($"{kind} {series}", (long)(startNanos / NanosPerMilli), (long)(timeNanos / NanosPerMilli), value);
    }

    private static string Text(IEnumerable<Exemplar> exemplars) => string.Concat(exemplars.Select(one => SlowExemplar.Text(
        Convert.ToHexString(one.TraceId.Span) + (one.SpanId.IsEmpty ? new string('0', 16) : Convert.ToHexString(one.SpanId.Span)),
        one.AsDouble,
        one.TimeUnixNano)));

    private static bool IsStale(uint flags) => (flags & 1) != 0;

    private static string Text(IEnumerable<KeyValue> attributes, string name) =>
        attributes.FirstOrDefault(attribute => attribute.Key == name)?.Value.StringValue ?? "";
}
