namespace StreamSpanMetrics.Core.Prometheus;

/// <summary>A family of the exposition with its lines by their text.</summary>
/// <param name="Name">Name as the exposition has it: a counter's without <c>_total</c>, an info's without <c>_info</c>.</param>
/// <param name="Type">Type word of OpenMetrics.</param>
/// <param name="Unit">Unit, only if the name ends with it, as OpenMetrics demands; else empty.</param>
internal sealed record OpenMetricsFamily(string Name, string Type, string Unit)
{
    /// <summary>The lines by their text.</summary>
    public Dictionary<string, OpenMetricsLine> Lines { get; } = [];
}
