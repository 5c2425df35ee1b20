namespace StreamSpanMetrics.Core.Totals;

/// <summary>When a series is sent. Immutable; part of the rules fingerprint (S2).</summary>
public sealed record EmissionRules
{
    /// <summary>Every live series at every step.</summary>
    public static readonly EmissionRules All = new();

    /// <summary>Which series have a point at the end of a step.</summary>
    public EmissionMode Mode { get; init; }

    /// <summary>
    /// <see cref="EmissionMode.Changed"/>: how long after its last change a series is sent at every step, in milliseconds; from 0, rounded up
    /// to whole steps.
    /// </summary>
    public long ActiveMillis { get; init; } = 300_000;

    /// <summary>
    /// <see cref="EmissionMode.Changed"/>: time between two points from then on, in milliseconds; at least a step, rounded down to whole
    /// steps.
    /// </summary>
    public long HeartbeatMillis { get; init; } = 60_000;
}
