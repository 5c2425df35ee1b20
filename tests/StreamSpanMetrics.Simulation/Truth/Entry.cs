using System.Numerics;

namespace StreamSpanMetrics.Simulation.Truth;

/// <summary>Observations of one series.</summary>
/// <param name="Job">Service.</param>
/// <param name="Host">Host of all its spans; empty where there are several.</param>
/// <param name="Series">Series, readable: family, resource and dimensions.</param>
/// <param name="Count">Spans or events.</param>
/// <param name="SumNanos">Sum of durations; 0 for events.</param>
/// <param name="Buckets">Counts by bucket; empty for events.</param>
internal sealed record Entry(string Job, string Host, string Series, ulong Count, BigInteger SumNanos, ulong[] Buckets)
{
    /// <summary>Spans among them that may be exemplars.</summary>
    public IReadOnlyList<SlowExemplar> Exemplars { get; init; } = [];
}
