using StreamSpanMetrics.Core.Histograms;

namespace StreamSpanMetrics.Core.Points;

/// <summary>
/// Writes the fields of an <c>ExponentialHistogramDataPoint</c> (opentelemetry/proto/metrics/v1/metrics.proto) between its times and its
/// flags, and the shortest and longest duration behind them. Durations have no negative side and no threshold of zero but zero.
/// </summary>
/// <param name="nanosPerUnit">Nanoseconds of the published unit.</param>
internal sealed class ExponentialPointWriter(ulong nanosPerUnit)
{
    private readonly ProtobufBuffer buckets = new();
    private readonly ProtobufBuffer counts = new();

    /// <summary>Writes count, sum, scale and buckets.</summary>
    public void WriteCounts(ProtobufBuffer point, ulong count, UInt128 sumNanos, ExponentialBuckets from)
    {
        point.WriteFixed64Field(4, count);
        point.WriteFixed64Field(5, BitConverter.DoubleToUInt64Bits(DurationSum.ToDouble(sumNanos, nanosPerUnit)));
        // The connector's library says scale 0 where all values are zero (lightstep/go-expohisto, structure/exponential.go).
        if (from.Counts.Length > 0 && from.Scale != 0)
        {
            point.WriteSint32Field(6, from.Scale);
        }

        if (from.ZeroCount != 0)
        {
            point.WriteFixed64Field(7, from.ZeroCount);
        }

        if (from.Counts.Length > 0)
        {
            WriteBuckets(point, from);
        }
    }

    /// <summary>Writes the zero point's sum.</summary>
    public static void WriteZero(ProtobufBuffer point) => point.WriteFixed64Field(5, 0);

    /// <summary>Writes the shortest and the longest duration.</summary>
    public void WriteRange(ProtobufBuffer point, ExponentialBuckets from)
    {
        point.WriteFixed64Field(12, BitConverter.DoubleToUInt64Bits(DurationSum.ToDouble(from.MinNanos, nanosPerUnit)));
        point.WriteFixed64Field(13, BitConverter.DoubleToUInt64Bits(DurationSum.ToDouble(from.MaxNanos, nanosPerUnit)));
    }

    private void WriteBuckets(ProtobufBuffer point, ExponentialBuckets from)
    {
        buckets.Clear();
        counts.Clear();
        foreach (ulong count in from.Counts)
        {
            counts.WriteVarint(count);
        }

        if (from.Offset != 0)
        {
            buckets.WriteSint32Field(1, from.Offset);
        }

        buckets.WriteField(2, counts.Written);
        point.WriteField(8, buckets.Written);
    }
}
