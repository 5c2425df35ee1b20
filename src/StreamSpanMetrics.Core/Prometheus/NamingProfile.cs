namespace StreamSpanMetrics.Core.Prometheus;

/// <summary>Under which names series are written: those that a reader of metrics expects.</summary>
public enum NamingProfile
{
    /// <summary>The connector's names of today: <c>traces_span_metrics_calls_total</c>, or what its namespace makes of them.</summary>
    Otel,

    /// <summary>The connector's names of before v0.109, without a namespace: <c>calls_total</c>, <c>duration_milliseconds_bucket</c>.</summary>
    Legacy,

    /// <summary>
    /// The names of Grafana Tempo's metrics-generator, with durations in seconds: <c>traces_spanmetrics_calls_total</c>,
    /// <c>traces_spanmetrics_latency_bucket</c>, label <c>service</c> (grafana/tempo modules/generator/processor/spanmetrics).
    /// </summary>
    Tempo,
}
