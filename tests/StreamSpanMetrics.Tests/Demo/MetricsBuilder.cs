using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Metrics.V1;
using OpenTelemetry.Proto.Resource.V1;
using StreamSpanMetrics.Demo;

namespace StreamSpanMetrics.Tests.Demo;

/// <summary>Builds records of the metrics topic for tests; times are whole seconds.</summary>
internal sealed class MetricsBuilder
{
    private readonly Metric calls = new() { Name = "traces.span.metrics.calls", Sum = new Sum { IsMonotonic = true } };
    private readonly Metric duration;
    private readonly string service;
    private readonly Resource resource = new();

    public MetricsBuilder(string service, string unit = "ms")
    {
        this.service = service;
        resource.Attributes.AddText("service.name", service);
        duration = new Metric { Name = "traces.span.metrics.duration", Unit = unit, Histogram = new Histogram() };
    }

    public MetricsBuilder Describe(string key, string value)
    {
        resource.Attributes.AddText(key, value);
        return this;
    }

    public MetricsBuilder Call(
        string span, string status, ulong start, ulong time, long value, string extra = "", bool stale = false,
        string kind = "SPAN_KIND_SERVER")
    {
        NumberDataPoint point = new()
        {
            StartTimeUnixNano = start * 1_000_000_000,
            TimeUnixNano = time * 1_000_000_000,
            Flags = stale ? 1u : 0,
        };
        if (!stale)
        {
            point.AsInt = value;
        }

        point.Attributes.AddText("service.name", service);
        point.Attributes.AddText("span.name", span);
        point.Attributes.AddText("span.kind", kind);
        point.Attributes.AddText("status.code", status);
        if (extra.Length > 0)
        {
            point.Attributes.AddText("http.method", extra);
        }

        calls.Sum.DataPoints.Add(point);
        return this;
    }

    public MetricsBuilder Duration(string span, ulong start, ulong time, double[] bounds, ulong[] buckets)
    {
        HistogramDataPoint point = new()
        {
            StartTimeUnixNano = start * 1_000_000_000,
            TimeUnixNano = time * 1_000_000_000,
            Count = buckets.Aggregate(0ul, (sum, count) => sum + count),
        };
        point.ExplicitBounds.Add(bounds);
        point.BucketCounts.Add(buckets);
        point.Attributes.AddText("service.name", service);
        point.Attributes.AddText("span.name", span);
        point.Attributes.AddText("span.kind", "SPAN_KIND_SERVER");
        point.Attributes.AddText("status.code", "STATUS_CODE_UNSET");
        duration.Histogram.DataPoints.Add(point);
        return this;
    }

    public ExportMetricsServiceRequest Build()
    {
        ScopeMetrics scope = new();
        scope.Metrics.Add(calls);
        scope.Metrics.Add(duration);
        ResourceMetrics metrics = new() { Resource = resource };
        metrics.ScopeMetrics.Add(scope);
        ExportMetricsServiceRequest request = new();
        request.ResourceMetrics.Add(metrics);
        return request;
    }
}
