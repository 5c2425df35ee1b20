namespace StreamSpanMetrics.Core.Prometheus;

/// <summary>The value that ends a series in Prometheus.</summary>
public static class StaleMarker
{
    /// <summary>
    /// Its 64 bits (prometheus/prometheus model/value/value.go). A signalling NaN: it is kept and written as an integer, because
    /// arithmetic may change its bits.
    /// </summary>
    public const long Bits = 0x7ff0000000000002;
}
