using Google.Protobuf.Collections;
using OpenTelemetry.Proto.Metrics.V1;
using Prometheus.RemoteWrite.V1;
using NativeHistogram = Prometheus.RemoteWrite.V1.Histogram;

namespace StreamSpanMetrics.Core.Prometheus;

/// <summary>
/// Histograms as native ones (OpenTelemetry specification, compatibility/prometheus_and_openmetrics.md; prometheus.io,
/// specs/native_histograms): exponential ones, of which a scale finer than 8 is made coarser and one below -4 has no native form, and
/// explicit ones with their bounds as custom buckets.
/// </summary>
internal static class NativeHistograms
{
    private const int FinestSchema = 8;
    private const int CoarsestSchema = -4;
    private const int CustomBucketsSchema = -53;

    // What the Collector's exporter writes for points without a threshold (pkg/translator/prometheusremotewrite/histograms.go).
    private const double ZeroThreshold = 1e-128;

    // Up to so many empty buckets cost less as zeros than as a new span.
    private const int MostFilledGap = 2;

    /// <summary>Whether a point has a native form.</summary>
    public static bool CanHold(ExponentialHistogramDataPoint point) => point.Scale >= CoarsestSchema;

    /// <summary>The native histogram of a point; a stale one has neither count nor buckets.</summary>
    public static NativeHistogram Of(ExponentialHistogramDataPoint point, long timestampMillis, bool isStale)
    {
        if (isStale)
        {
            return Stale(timestampMillis);
        }

        // Without buckets any schema will do, and it must not be coarser than a later one: Prometheus takes a schema that becomes finer for a
        // reset (model/histogram/float_histogram.go, DetectReset), so that a zero point of schema 0 would begin every series with one.
        bool isEmpty = point.Positive is null or { BucketCounts.Count: 0 } && point.Negative is null or { BucketCounts.Count: 0 };
        NativeHistogram native = new()
        {
            CountInt = point.Count,
            Sum = point.Sum,
            Schema = isEmpty ? FinestSchema : Math.Min(point.Scale, FinestSchema),
            ZeroThreshold = ZeroThreshold,
            ZeroCountInt = point.ZeroCount,
            Timestamp = timestampMillis,
        };
        int shift = Math.Max(0, point.Scale - native.Schema);
        AddBuckets(point.Positive, shift, native.PositiveSpans, native.PositiveDeltas);
        AddBuckets(point.Negative, shift, native.NegativeSpans, native.NegativeDeltas);
        return native;
    }

    /// <summary>
    /// The native histogram with custom buckets of a point, its bounds and sum divided by <paramref name="divisor"/>; a stale one has neither
    /// count nor buckets.
    /// </summary>
    public static NativeHistogram Of(HistogramDataPoint point, long timestampMillis, bool isStale, double divisor = 1)
    {
        if (isStale)
        {
            return Stale(timestampMillis);
        }

        ulong[] counts = new ulong[point.ExplicitBounds.Count + 1];
        ulong total = 0;
        for (int bucket = 0; bucket < Math.Min(counts.Length, point.BucketCounts.Count); bucket++)
        {
            counts[bucket] = point.BucketCounts[bucket];
            total += counts[bucket];
        }

        // The count is what the buckets add up to: what they lack is above all bounds, as in the Collector's exporter.
        counts[^1] += point.Count > total ? point.Count - total : 0;
        NativeHistogram native = new()
        {
            CountInt = Math.Max(point.Count, total),
            Sum = point.Sum / divisor,
            Schema = CustomBucketsSchema,
            ZeroCountInt = 0,
            Timestamp = timestampMillis,
        };
        foreach (double bound in point.ExplicitBounds)
        {
            native.CustomValues.Add(bound / divisor);
        }

        int next = 0;
        long before = 0;
        for (int bucket = 0; bucket < counts.Length; bucket++)
        {
            AddBucket(bucket, (long)counts[bucket], ref next, ref before, native.PositiveSpans, native.PositiveDeltas);
        }

        return native;
    }

    private static NativeHistogram Stale(long timestampMillis) =>
        new() { Sum = BitConverter.Int64BitsToDouble(StaleMarker.Bits), CountInt = 0, Timestamp = timestampMillis };

    // A bucket is named by its upper bound there, by its lower one here: hence + 1.
    private static void AddBuckets(
        ExponentialHistogramDataPoint.Types.Buckets? buckets, int shift, RepeatedField<BucketSpan> spans, RepeatedField<long> deltas)
    {
        int next = 0;
        long before = 0;
        int at = 0;
        while (buckets is not null && at < buckets.BucketCounts.Count)
        {
            int index = (buckets.Offset + at) >> shift;
            long count = 0;
            for (; at < buckets.BucketCounts.Count && (buckets.Offset + at) >> shift == index; at++)
            {
                count += (long)buckets.BucketCounts[at];
            }

            AddBucket(index + 1, count, ref next, ref before, spans, deltas);
        }
    }

    private static void AddBucket(
        int index, long count, ref int next, ref long before, RepeatedField<BucketSpan> spans, RepeatedField<long> deltas)
    {
        if (count == 0)
        {
            return;
        }

        int gap = index - next;
        if (spans.Count == 0 || gap > MostFilledGap)
        {
            spans.Add(new BucketSpan { Offset = gap });
            gap = 0;
        }

        for (; gap > 0; gap--)
        {
            Append(0, ref before, spans, deltas);
        }

        Append(count, ref before, spans, deltas);
        next = index + 1;
    }

    private static void Append(long count, ref long before, RepeatedField<BucketSpan> spans, RepeatedField<long> deltas)
    {
        deltas.Add(count - before);
        before = count;
        spans[^1].Length++;
    }
}
