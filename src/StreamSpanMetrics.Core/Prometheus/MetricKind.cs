namespace StreamSpanMetrics.Core.Prometheus;

/// <summary>What a metric is to Prometheus; the numbers are those of <c>MetricMetadata.MetricType</c> in remote write 1.0.</summary>
public enum MetricKind
{
    /// <summary>A value that may fall: OTLP gauges, and sums that are not monotonic.</summary>
    Gauge = 2,

    /// <summary>A cumulative, monotonic sum.</summary>
    Counter = 1,

    /// <summary>A cumulative histogram with explicit bounds.</summary>
    Histogram = 3,

    /// <summary>A constant 1 whose labels are the information: <c>target_info</c>.</summary>
    Info = 6,
}
