using System.Numerics;

namespace StreamSpanMetrics.Simulation.Truth;

/// <summary>A series and its totals.</summary>
internal sealed class SlowSeries(long firstStep, int buckets)
{
    /// <summary>The step it was born in.</summary>
    public long FirstStep => firstStep;

    /// <summary>Newest step with an observation.</summary>
    public long LastChange { get; set; }

    /// <summary>Spans or events.</summary>
    public ulong Count { get; set; }

    /// <summary>Sum of durations.</summary>
    public BigInteger SumNanos { get; set; }

    /// <summary>Counts by bucket.</summary>
    public ulong[] Buckets { get; } = new ulong[buckets];
}
