namespace StreamSpanMetrics.Integration.Tests.Support;

/// <summary>A series in an answer of Prometheus.</summary>
/// <param name="Labels">All labels, <c>__name__</c> included where the query keeps it.</param>
/// <param name="Points">Time in seconds since 1970, and value; one point for an instant vector, several for a range.</param>
public sealed record PrometheusSeries(
    IReadOnlyDictionary<string, string> Labels, IReadOnlyList<(double TimeSeconds, double Value)> Points)
{
    /// <summary>The value of the last point.</summary>
    public double Value => Points[^1].Value;
}
