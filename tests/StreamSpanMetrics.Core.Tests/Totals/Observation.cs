using StreamSpanMetrics.Core.Deltas;

namespace StreamSpanMetrics.Core.Tests.Totals;

/// <summary>Some equal spans of one series in a source record.</summary>
public sealed record Observation(TestResource Resource, TestSeries Series, ulong Count, long DurationNanos)
{
    /// <summary>Spans among them that have a trace id.</summary>
    public IReadOnlyList<SpanExemplar> Exemplars { get; init; } = [];
}
