using OpenTelemetry.Proto.Metrics.V1;
using Prometheus.RemoteWrite.V1;
using StreamSpanMetrics.Core.Prometheus;
using NativeHistogram = Prometheus.RemoteWrite.V1.Histogram;

namespace StreamSpanMetrics.Core.Tests.Prometheus;

/// <summary>Histograms in their native form, beside worked vectors of the specification.</summary>
public sealed class NativeHistogramsTests
{
    [Theory]
    [InlineData(8, 3, new ulong[] { 10, 0, 0, 20, 5, 2 }, "4:10 7:20 8:5 9:2")]
    [InlineData(9, -3, new ulong[] { 1, 1, 1, 1, 1 }, "-1:1 0:2 1:2")]
    [InlineData(9, 0, new ulong[] { 0, 0, 5, 5 }, "2:10")]
    [InlineData(9, 0, new ulong[] { 1, 1, 0, 0, 5, 5 }, "1:2 3:10")]
    [InlineData(20, 2_434_718, new ulong[] { 3 }, "595:3")]
    [InlineData(-4, 0, new ulong[] { 1, 0, 0, 0, 0, 7 }, "1:1 6:7")]
    public void Buckets_are_named_by_their_upper_bound_at_scale_8_at_most(int scale, int offset, ulong[] counts, string expected)
    {
        ExponentialHistogramDataPoint point = new() { Scale = scale, ZeroCount = 4, Sum = 2.5, Positive = new() { Offset = offset } };
        point.Positive.BucketCounts.Add(counts);
        point.Count = 4 + (ulong)counts.Sum(count => (long)count);
        Assert.True(NativeHistograms.CanHold(point));
        NativeHistogram native = NativeHistograms.Of(point, 17, isStale: false);
        Assert.Equal(expected, Text(native));
        Assert.Equal((Math.Min(8, scale), 2.5, 17), (native.Schema, native.Sum, native.Timestamp));
        Assert.Equal((4ul, 1e-128), (native.ZeroCountInt, native.ZeroThreshold));
        Assert.Equal(point.Count, native.CountInt);
        Assert.Empty(native.NegativeSpans);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(20)]
    public void Without_buckets_the_schema_is_the_finest_so_that_none_after_it_is_finer(int scale)
    {
        ExponentialHistogramDataPoint point = new() { Scale = scale, Count = 2, ZeroCount = 2 };
        NativeHistogram native = NativeHistograms.Of(point, 1, isStale: false);
        Assert.Equal((8, 2ul, 2ul), (native.Schema, native.CountInt, native.ZeroCountInt));
        Assert.Empty(native.PositiveSpans);
    }

    [Fact]
    public void Small_gaps_are_filled_and_larger_ones_begin_a_span()
    {
        ExponentialHistogramDataPoint point = new() { Positive = new() { Offset = -2 } };
        point.Positive.BucketCounts.Add([1, 0, 0, 1, 0, 0, 0, 4]);
        NativeHistogram native = NativeHistograms.Of(point, 1, isStale: false);
        Assert.Equal([(-1, 4u), (3, 1u)], native.PositiveSpans.Select(span => (span.Offset, span.Length)));
        Assert.Equal([1, -1, 0, 1, 3], native.PositiveDeltas);
    }

    [Theory]
    [InlineData(37, 37, "0:10 3:20 4:5 5:2")]
    [InlineData(40, 40, "0:10 3:20 4:5 5:5")]
    [InlineData(1, 37, "0:10 3:20 4:5 5:2")]
    public void Explicit_bounds_become_custom_buckets(ulong count, ulong expectedCount, string expected)
    {
        HistogramDataPoint point = new() { Count = count, Sum = 3 };
        point.ExplicitBounds.Add([-2, -1, 0, 1, 2]);
        point.BucketCounts.Add([10, 0, 0, 20, 5, 2]);
        NativeHistogram native = NativeHistograms.Of(point, 5, isStale: false);
        Assert.Equal(expected, Text(native));
        Assert.Equal((-53, 0.0, expectedCount, 3.0), (native.Schema, native.ZeroThreshold, native.CountInt, native.Sum));
        Assert.Equal(point.ExplicitBounds, native.CustomValues);
    }

    [Fact]
    public void A_stale_one_is_the_marker_and_nothing_else()
    {
        ExponentialHistogramDataPoint exponential = new() { Count = 3, Positive = new() { BucketCounts = { 3 } } };
        HistogramDataPoint explicitPoint = new() { Count = 3, BucketCounts = { 3 } };
        foreach (NativeHistogram native in (NativeHistogram[])[
            NativeHistograms.Of(exponential, 9, isStale: true), NativeHistograms.Of(explicitPoint, 9, isStale: true)])
        {
            Assert.Equal(StaleMarker.Bits, BitConverter.DoubleToInt64Bits(native.Sum));
            Assert.Equal((0ul, 9), (native.CountInt, native.Timestamp));
            Assert.Empty(native.PositiveSpans);
        }
    }

    [Fact]
    public void A_scale_too_coarse_has_no_native_form() =>
        Assert.False(NativeHistograms.CanHold(new ExponentialHistogramDataPoint { Scale = -5 }));

    private static string Text(NativeHistogram native)
    {
        List<string> buckets = [];
        int index = 0;
        int at = 0;
        long count = 0;
        foreach (BucketSpan span in native.PositiveSpans)
        {
            index += span.Offset;
            for (uint length = span.Length; length > 0; length--, index++)
            {
                count += native.PositiveDeltas[at++];
                if (count != 0)
                {
                    buckets.Add($"{index}:{count}");
                }
            }
        }

        Assert.Equal(native.PositiveDeltas.Count, at);
        return string.Join(' ', buckets);
    }
}
