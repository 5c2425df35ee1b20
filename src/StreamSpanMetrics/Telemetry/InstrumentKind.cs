namespace StreamSpanMetrics.Telemetry;

/// <summary>What an instrument measures.</summary>
public enum InstrumentKind
{
    /// <summary>A number that only rises while the process lives.</summary>
    Counter,

    /// <summary>A number as it is now.</summary>
    Gauge,

    /// <summary>How often which durations occurred.</summary>
    Histogram,
}
