using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Metrics.V1;

namespace StreamSpanMetrics.Tests.Stages.Support;

/// <summary>The calls counters in the metrics topic, as a reader would see them.</summary>
internal static class CallPoints
{
    /// <summary>Step end in milliseconds and value of every calls point of a service, in order of the topic.</summary>
    public static List<(long TimeMillis, long Value)> Of(MemoryLog log, int shard, string service) =>
        [.. All(log, shard).Where(point => point.Service == service).Select(point => (point.TimeMillis, point.Value))];

    /// <summary>All calls points, in order of the topic.</summary>
    public static List<(string Service, string SpanName, long TimeMillis, long Value)> All(MemoryLog log, int shard)
    {
        List<(string, string, long, long)> points = [];
        foreach (MemoryRecord record in log.Read(MergeBench.Metrics, shard))
        {
            foreach (ResourceMetrics resource in ExportMetricsServiceRequest.Parser.ParseFrom(record.Value).ResourceMetrics)
            {
                string service = resource.Resource.Attributes.Single(attribute => attribute.Key == "service.name").Value.StringValue;
                IEnumerable<Metric> metrics = resource.ScopeMetrics.SelectMany(scope => scope.Metrics);
                foreach (NumberDataPoint point in metrics.Where(metric => metric.Name.EndsWith(".calls", StringComparison.Ordinal))
                    .SelectMany(metric => metric.Sum.DataPoints))
                {
                    string name = point.Attributes.Single(attribute => attribute.Key == "span.name").Value.StringValue;
                    points.Add((service, name, (long)(point.TimeUnixNano / 1_000_000), point.AsInt));
                }
            }
        }

        return points;
    }
}
