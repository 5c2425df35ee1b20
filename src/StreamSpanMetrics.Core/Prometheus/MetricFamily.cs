namespace StreamSpanMetrics.Core.Prometheus;

/// <summary>A family of series: all series that one metric name stands for.</summary>
/// <param name="Name">Prometheus name without <c>_bucket</c>, <c>_sum</c> or <c>_count</c>; a counter's <c>_total</c> is in it.</param>
/// <param name="Kind">What the family is.</param>
/// <param name="Unit">Unit in words (<c>milliseconds</c>); empty if the metric has none.</param>
/// <param name="Help">What the metric is, in a sentence; empty if it does not say.</param>
public sealed record MetricFamily(string Name, MetricKind Kind, string Unit, string Help = "");
