namespace StreamSpanMetrics.Core.Histograms;

/// <summary>Bounds and unit of the duration metric.</summary>
public sealed record HistogramRules
{
    /// <summary>Buckets of the connector where none are configured (spanmetricsconnector/connector.go), in nanoseconds.</summary>
    public static readonly IReadOnlyList<long> DefaultBoundsNanos =
    [
        2_000_000, 4_000_000, 6_000_000, 8_000_000, 10_000_000, 50_000_000, 100_000_000, 200_000_000, 400_000_000,
        800_000_000, 1_000_000_000, 1_400_000_000, 2_000_000_000, 5_000_000_000, 10_000_000_000, 15_000_000_000,
    ];

    /// <summary>Inclusive upper bounds in nanoseconds, strictly rising; may be empty (one bucket for everything).</summary>
    public IReadOnlyList<long> BoundsNanos { get; init; } = DefaultBoundsNanos;

    /// <summary>
    /// Most buckets of exponential histograms, 2 to 16384, instead of explicit ones, which then have no bounds unless
    /// <see cref="KeepsExplicit"/>; 0 for explicit ones alone.
    /// </summary>
    public int ExponentialMaxSize { get; init; }

    /// <summary>Whether durations are kept in explicit buckets beside exponential ones.</summary>
    public bool KeepsExplicit { get; init; }

    /// <summary>How the durations of a series are kept under these rules.</summary>
    public HistogramShape Shape => new(ExponentialMaxSize == 0 || KeepsExplicit ? BoundsNanos.Count + 1 : 0, ExponentialMaxSize);

    /// <summary>Unit in which durations and bounds are published.</summary>
    public DurationUnit Unit { get; init; } = DurationUnit.Milliseconds;
}
