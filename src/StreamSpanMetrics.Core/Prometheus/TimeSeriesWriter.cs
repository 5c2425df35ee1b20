using System.Buffers.Binary;
using Google.Protobuf;
using OpenTelemetry.Proto.Metrics.V1;
using Prometheus.RemoteWrite.V1;

namespace StreamSpanMetrics.Core.Prometheus;

/// <summary>
/// Writes the series of a <see cref="SeriesTable"/> as remote write 1.0 (prompb/types.proto): a number is one series, a histogram
/// <c>_sum</c>, <c>_count</c> and a cumulative <c>_bucket</c> for each bound and for <c>+Inf</c>. Not for several threads.
/// </summary>
/// <param name="asCustomBuckets">Whether histograms with explicit bounds become native ones with custom buckets.</param>
/// <param name="keepsClassic">Whether they are written as they are, too.</param>
internal sealed class TimeSeriesWriter(bool asCustomBuckets = false, bool keepsClassic = false)
{
    private const byte TimeSeriesTag = 0x0a;
    private const byte SampleTag = 0x12;
    private const byte ValueTag = 0x09;
    private const byte TimestampTag = 0x10;

    // Bounds come from settings, so they are few; a table with more is not grown for ever.
    private const int MostCachedBounds = 4096;

    // Values of exemplars: of all, and of none.
    private static readonly (double Above, double Bound) All = (double.NegativeInfinity, double.PositiveInfinity);
    private static readonly (double Above, double Bound) None = (double.PositiveInfinity, double.NegativeInfinity);

    private readonly Dictionary<long, byte[]> boundLabels = [];
    private readonly byte[] infinityLabel = FixedLabels.Encode("le", "+Inf");
    private readonly ByteBuffer head = new();
    private readonly TimeSeries natives = new();
    private readonly SeriesExemplars exemplars = new();
    private long[] timestamps = new long[8];
    private long[] valueBits = new long[8];
    private long[] starts = new long[8];
    private ulong[] runningCounts = new ulong[8];
    private int sampleCount;

    /// <summary>Appends all series of <paramref name="table"/> to <paramref name="output"/>.</summary>
    public void Write(SeriesTable table, SeriesBuffer output)
    {
        for (int at = 0; at < table.SeriesCount; at++)
        {
            ref readonly SeriesSlot series = ref table.At(at);
            Reserve(series.PointCount);
            exemplars.Prepare(table, series);
            if (table.Point(series.FirstPoint).Histogram is HistogramDataPoint histogram)
            {
                if (asCustomBuckets)
                {
                    WriteNative(table, series, output);
                }

                if (!asCustomBuckets || keepsClassic)
                {
                    WriteHistogram(table, series, histogram, output);
                }

                continue;
            }

            if (table.Point(series.FirstPoint).Exponential is not null)
            {
                WriteNative(table, series, output);
                continue;
            }

            for (int point = series.FirstPoint; point >= 0; point = table.Point(point).Next)
            {
                AddSample(table.Point(point), table.Point(point).ValueBits);
            }

            WriteSeries(table, series, series.Family.Plain, [], All, output);
        }
    }

    private void WriteHistogram(SeriesTable table, SeriesSlot series, HistogramDataPoint first, SeriesBuffer output)
    {
        for (int at = series.FirstPoint; at >= 0; at = table.Point(at).Next)
        {
            SeriesPoint point = table.Point(at);
            HistogramDataPoint histogram = point.Histogram!;
            if (point.IsStale || histogram.HasSum)
            {
                AddSample(point, point.IsStale ? StaleMarker.Bits : BitConverter.DoubleToInt64Bits(histogram.Sum / series.Family.Divisor));
            }
        }

        WriteSeries(table, series, series.Family.Sum, [], None, output);
        AddCounts(table, series);
        WriteSeries(table, series, series.Family.Count, [], None, output);
        if (series.PointCount == 1)
        {
            WriteBuckets(table, series, table.Point(series.FirstPoint), output);
            return;
        }

        runningCounts.AsSpan(0, series.PointCount).Clear();
        for (int bucket = 0; bucket < first.ExplicitBounds.Count; bucket++)
        {
            int nth = 0;
            for (int at = series.FirstPoint; at >= 0; at = table.Point(at).Next)
            {
                SeriesPoint point = table.Point(at);
                HistogramDataPoint histogram = point.Histogram!;
                runningCounts[nth] += bucket < histogram.BucketCounts.Count ? histogram.BucketCounts[bucket] : 0;
                AddSample(point, point.IsStale ? StaleMarker.Bits : CountBits(runningCounts[nth]));
                nth++;
            }

            byte[] label = BoundLabel(first.ExplicitBounds[bucket] / series.Family.Divisor);
            WriteSeries(table, series, series.Family.Bucket, label, Bucket(first, bucket), output);
        }

        // The last bucket is the count itself, whatever the buckets add up to.
        AddCounts(table, series);
        WriteSeries(table, series, series.Family.Bucket, infinityLabel, Bucket(first, first.ExplicitBounds.Count), output);
    }

    // The buckets of one point, which is what a series has at every step but its first: all of them share what stands before and behind
    // le, so that is put together once.
    private void WriteBuckets(SeriesTable table, SeriesSlot series, SeriesPoint point, SeriesBuffer output)
    {
        LabelSet set = series.Labels;
        ReadOnlySpan<byte> arena = table.Arena.Written;
        head.Truncate();
        head.Append(arena[set.Start..set.NameAt]);
        head.Append(series.Family.Bucket);
        head.Append(arena[set.NameAt..set.LeAt]);
        ReadOnlySpan<byte> tail = arena[set.LeEnd..set.End];
        HistogramDataPoint histogram = point.Histogram!;
        ulong running = 0;
        for (int bucket = 0; bucket < histogram.ExplicitBounds.Count; bucket++)
        {
            running += bucket < histogram.BucketCounts.Count ? histogram.BucketCounts[bucket] : 0;
            AddSample(point, point.IsStale ? StaleMarker.Bits : CountBits(running));
            byte[] label = BoundLabel(histogram.ExplicitBounds[bucket] / series.Family.Divisor);
            WriteBucket(series.Family.Family, label, tail, Bucket(histogram, bucket), output);
        }

        AddSample(point, point.IsStale ? StaleMarker.Bits : CountBits(histogram.Count));
        WriteBucket(series.Family.Family, infinityLabel, tail, Bucket(histogram, histogram.ExplicitBounds.Count), output);
    }

    private void WriteBucket(
        MetricFamily family, ReadOnlySpan<byte> bound, ReadOnlySpan<byte> tail, (double Above, double Bound) values, SeriesBuffer output)
    {
        int sample = SampleLength(0);
        int body = head.Length + bound.Length + tail.Length + 2 + sample + exemplars.LengthIn(values.Above, values.Bound);
        Span<byte> target = output.ClaimSeries(1 + ByteBuffer.VarintLength((uint)body) + body, family, starts.AsSpan(0, 1));
        target[0] = TimeSeriesTag;
        target = WriteVarint(target[1..], (uint)body);
        target = Copy(head.Written, target);
        target = Copy(bound, target);
        target = Copy(tail, target);
        target = WriteSample(target, 0);
        exemplars.WriteIn(values.Above, values.Bound, target);
        sampleCount = 0;
    }

    // Native histograms are few beside the classic ones' many series: the generated class is fast enough.
    private void WriteNative(SeriesTable table, SeriesSlot series, SeriesBuffer output)
    {
        natives.Histograms.Clear();
        for (int at = series.FirstPoint; at >= 0; at = table.Point(at).Next)
        {
            SeriesPoint point = table.Point(at);
            starts[natives.Histograms.Count] = point.StartMillis;
            natives.Histograms.Add(point.Exponential is not null
                ? NativeHistograms.Of(point.Exponential, point.TimestampMillis, point.IsStale)
                : NativeHistograms.Of(point.Histogram!, point.TimestampMillis, point.IsStale, series.Family.Divisor));
        }

        LabelSet set = series.Labels;
        ReadOnlySpan<byte> arena = table.Arena.Written;
        byte[] name = series.Family.Plain;
        int size = natives.CalculateSize();
        int body = name.Length + set.End - set.Start + size + exemplars.LengthIn(All.Above, All.Bound);
        int length = 1 + ByteBuffer.VarintLength((uint)body) + body;
        Span<byte> target = output.ClaimSeries(length, series.Family.Family, starts.AsSpan(0, natives.Histograms.Count));
        target[0] = TimeSeriesTag;
        target = WriteVarint(target[1..], (uint)body);
        target = Copy(arena[set.Start..set.NameAt], target);
        target = Copy(name, target);
        target = Copy(arena[set.NameAt..set.End], target);
        natives.WriteTo(target[..size]);
        exemplars.WriteIn(All.Above, All.Bound, target[size..]);
    }

    private void AddCounts(SeriesTable table, SeriesSlot series)
    {
        for (int at = series.FirstPoint; at >= 0; at = table.Point(at).Next)
        {
            SeriesPoint point = table.Point(at);
            AddSample(point, point.IsStale ? StaleMarker.Bits : CountBits(point.Histogram!.Count));
        }
    }

    // The values of a bucket: the first whose bound is not below an exemplar's value has it, as in the Collector's exporter.
    private static (double Above, double Bound) Bucket(HistogramDataPoint histogram, int bucket) => (
        bucket == 0 ? double.NegativeInfinity : histogram.ExplicitBounds[bucket - 1],
        bucket == histogram.ExplicitBounds.Count ? double.PositiveInfinity : histogram.ExplicitBounds[bucket]);

    private static long CountBits(ulong count) => BitConverter.DoubleToInt64Bits(count);

    private void AddSample(in SeriesPoint point, long bits)
    {
        timestamps[sampleCount] = point.TimestampMillis;
        starts[sampleCount] = point.StartMillis;
        valueBits[sampleCount++] = bits;
    }

    private void Reserve(int points)
    {
        sampleCount = 0;
        if (points > timestamps.Length)
        {
            timestamps = new long[points * 2];
            valueBits = new long[points * 2];
            starts = new long[points * 2];
            runningCounts = new ulong[points * 2];
        }
    }

    // Labels up to __name__, the name, labels up to le, le, the rest, then the samples gathered. Without bound label a label le
    // of the point's own stays; with one it is replaced.
    private void WriteSeries(
        SeriesTable table, SeriesSlot series, byte[] name, ReadOnlySpan<byte> bound, (double Above, double Bound) values, SeriesBuffer output)
    {
        if (sampleCount == 0)
        {
            return;
        }

        LabelSet set = series.Labels;
        ReadOnlySpan<byte> arena = table.Arena.Written;
        ReadOnlySpan<byte> middle = bound.IsEmpty ? arena[set.LeAt..set.LeEnd] : bound;
        int body = name.Length + set.LeAt - set.Start + middle.Length + set.End - set.LeEnd + exemplars.LengthIn(values.Above, values.Bound);
        for (int at = 0; at < sampleCount; at++)
        {
            body += 2 + SampleLength(at);
        }

        int length = 1 + ByteBuffer.VarintLength((uint)body) + body;
        Span<byte> target = output.ClaimSeries(length, series.Family.Family, starts.AsSpan(0, sampleCount));
        target[0] = TimeSeriesTag;
        target = WriteVarint(target[1..], (uint)body);
        target = Copy(arena[set.Start..set.NameAt], target);
        target = Copy(name, target);
        target = Copy(arena[set.NameAt..set.LeAt], target);
        target = Copy(middle, target);
        target = Copy(arena[set.LeEnd..set.End], target);
        for (int at = 0; at < sampleCount; at++)
        {
            target = WriteSample(target, at);
        }

        exemplars.WriteIn(values.Above, values.Bound, target);
        sampleCount = 0;
    }

    // Proto3: a field with its default value is not on the wire.
    private int SampleLength(int at) =>
        (valueBits[at] == 0 ? 0 : 9) + (timestamps[at] == 0 ? 0 : 1 + ByteBuffer.VarintLength((ulong)timestamps[at]));

    private Span<byte> WriteSample(Span<byte> target, int at)
    {
        target[0] = SampleTag;
        target[1] = (byte)SampleLength(at);
        target = target[2..];
        if (valueBits[at] != 0)
        {
            target[0] = ValueTag;
            BinaryPrimitives.WriteInt64LittleEndian(target[1..], valueBits[at]);
            target = target[9..];
        }

        if (timestamps[at] != 0)
        {
            target[0] = TimestampTag;
            target = WriteVarint(target[1..], (ulong)timestamps[at]);
        }

        return target;
    }

    private static Span<byte> Copy(ReadOnlySpan<byte> source, Span<byte> target)
    {
        source.CopyTo(target);
        return target[source.Length..];
    }

    private static Span<byte> WriteVarint(Span<byte> target, ulong value)
    {
        int at = 0;
        while (value >= 0x80)
        {
            target[at++] = (byte)(value | 0x80);
            value >>= 7;
        }

        target[at++] = (byte)value;
        return target[at..];
    }

    private byte[] BoundLabel(double bound)
    {
        long bits = BitConverter.DoubleToInt64Bits(bound);
        if (!boundLabels.TryGetValue(bits, out byte[]? label))
        {
            label = FixedLabels.Encode("le", NumberText.Bound(bound));
            if (boundLabels.Count < MostCachedBounds)
            {
                boundLabels.Add(bits, label);
            }
        }

        return label;
    }
}
