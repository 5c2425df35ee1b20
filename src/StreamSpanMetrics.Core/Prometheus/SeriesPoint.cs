using Google.Protobuf.Collections;
using OpenTelemetry.Proto.Metrics.V1;

namespace StreamSpanMetrics.Core.Prometheus;

/// <summary>
/// One point of a series: a number, or a histogram whose numbers are still in <paramref name="Histogram"/> or <paramref name="Exponential"/>.
/// </summary>
/// <param name="TimestampMillis">Milliseconds since 1970.</param>
/// <param name="ValueBits">The number as bits of a double; <see cref="StaleMarker.Bits"/> ends the series.</param>
/// <param name="Histogram">The histogram with explicit buckets, or null.</param>
/// <param name="Next">Index of the series' next point in time, -1 for none.</param>
/// <param name="Exponential">The histogram with exponential buckets, or null.</param>
internal record struct SeriesPoint(
    long TimestampMillis, long ValueBits, HistogramDataPoint? Histogram, int Next, ExponentialHistogramDataPoint? Exponential = null)
{
    /// <summary>Its exemplars; null for none.</summary>
    public RepeatedField<Exemplar>? Exemplars { get; init; }

    /// <summary>Whether this point ends the series.</summary>
    public readonly bool IsStale => ValueBits == StaleMarker.Bits;

    /// <summary>
    /// When the counter or histogram began at 0, in milliseconds since 1970; 0 for unknown, and where it would say nothing: at a gauge, at a
    /// stale marker, and at the zero point that itself stands at the start.
    /// </summary>
    public long StartMillis { get; init; }
}
