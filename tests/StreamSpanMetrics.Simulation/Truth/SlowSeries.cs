using System.Numerics;

namespace StreamSpanMetrics.Simulation.Truth;

/// <summary>A series and its totals.</summary>
internal sealed class SlowSeries(string job, long firstStep, int buckets)
{
    /// <summary>Its service.</summary>
    public string Job => job;

    /// <summary>The step it was born in.</summary>
    public long FirstStep => firstStep;

    /// <summary>Newest step with an observation.</summary>
    public long LastChange { get; set; }

    /// <summary>Spans or events.</summary>
    public ulong Count { get; set; }

    /// <summary>Sum of durations.</summary>
    public BigInteger SumNanos { get; set; }

    /// <summary>Exemplars of the step that is being closed.</summary>
    public List<SlowExemplar> Exemplars { get; } = [];

    /// <summary>Counts by bucket.</summary>
    public ulong[] Buckets { get; } = new ulong[buckets];

    /// <summary>The last step with a point by its own plan.</summary>
    public long LastPlanned { get; set; }

    /// <summary>The last step with a point.</summary>
    public long LastEmitted { get; set; }

    /// <summary>Spans or events before the step that closes.</summary>
    public ulong CountBefore { get; set; }

    /// <summary>Sum of durations before the step that closes.</summary>
    public BigInteger SumNanosBefore { get; set; }

    /// <summary>Counts by bucket before the step that closes.</summary>
    public ulong[] BucketsBefore { get; set; } = new ulong[buckets];
}
