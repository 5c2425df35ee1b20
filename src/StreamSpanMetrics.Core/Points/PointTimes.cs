namespace StreamSpanMetrics.Core.Points;

/// <summary>Which points of a series are due, in Unix nanoseconds.</summary>
/// <param name="StartNanos">Start time of all of them.</param>
/// <param name="TimeNanos">Time of the value, or of the stale marker.</param>
/// <param name="HasZeroPoint">Whether a zero point at the start time comes first (P-2).</param>
/// <param name="IsStale">Whether the series ends: a point without a value.</param>
/// <param name="GapNanos">Time of the gap point, if the series has one: the start of the step (P-1).</param>
internal readonly record struct PointTimes(ulong StartNanos, ulong TimeNanos, bool HasZeroPoint, bool IsStale, ulong GapNanos = 0)
{
    /// <summary>The zero point alone, which no span belongs to.</summary>
    public PointTimes ZeroPoint => this with { TimeNanos = StartNanos, MaxExemplars = 0 };

    /// <summary>The gap point alone, which no span belongs to.</summary>
    public PointTimes GapPoint => this with { TimeNanos = GapNanos, MaxExemplars = 0 };

    /// <summary>Most exemplars that the point may have.</summary>
    public int MaxExemplars { get; init; }

    /// <summary>Exemplars that are earlier have this time.</summary>
    public ulong FirstExemplarNanos { get; init; }

    /// <summary>Exemplars that are later have this time.</summary>
    public ulong LastExemplarNanos { get; init; } = ulong.MaxValue;
}
