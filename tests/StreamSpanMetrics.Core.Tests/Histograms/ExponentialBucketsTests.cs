using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Tests.Support;

namespace StreamSpanMetrics.Core.Tests.Histograms;

/// <summary>Scale and buckets: known ones, and the same whatever the order (P3).</summary>
public sealed class ExponentialBucketsTests
{
    private const ulong Milli = 1_000_000;

    private readonly ExponentialScale mapping = new(DurationUnit.Milliseconds);

    [Theory]
    [InlineData(4, new[] { 2, 4 }, 1, 1, new ulong[] { 1, 0, 1 })]
    [InlineData(4, new[] { 1, 2, 4, 8 }, 0, -1, new ulong[] { 1, 1, 1, 1 })]
    [InlineData(10, new[] { 1, 1000 }, -1, -1, new ulong[] { 1, 0, 0, 0, 0, 1 })]
    [InlineData(160, new[] { 5, 5, 5 }, 20, 2_434_718, new ulong[] { 3 })]
    [InlineData(2, new[] { 1, 1_000_000_000 }, -5, -1, new ulong[] { 1, 1 })]
    public void Known_durations_give_known_buckets(int maxSize, int[] durationsMillis, int scale, int offset, ulong[] counts)
    {
        ExponentialBuckets buckets = Of(maxSize, [.. durationsMillis.Select(millis => (ulong)millis * Milli)]);
        Assert.Equal((scale, offset), (buckets.Scale, buckets.Offset));
        Assert.Equal(counts, buckets.Counts.ToArray());
    }

    [Theory]
    [InlineData(new[] { 2, 4 }, 7, 127, 129)]
    [InlineData(new[] { 1, 1000 }, 3, -1, 81)]
    public void The_finest_scale_that_fits_is_taken(int[] durationsMillis, int scale, int offset, int length)
    {
        ExponentialBuckets buckets = Of(160, [.. durationsMillis.Select(millis => (ulong)millis * Milli)]);
        Assert.Equal((scale, offset, length), (buckets.Scale, buckets.Offset, buckets.Counts.Length));
        Assert.Equal((1ul, 1ul), (buckets.Counts[0], buckets.Counts[^1]));
    }

    [Fact]
    public void Durations_of_zero_are_counted_apart()
    {
        ExponentialBuckets zeros = Of(160, [0, 0]);
        Assert.Equal((2ul, 0, 0ul, 0ul), (zeros.ZeroCount, zeros.Counts.Length, zeros.MinNanos, zeros.MaxNanos));
        ExponentialBuckets mixed = Of(160, [0, 0, 5 * Milli]);
        Assert.Equal((2ul, 20, 2_434_718), (mixed.ZeroCount, mixed.Scale, mixed.Offset));
        Assert.Equal((0ul, 5 * Milli), (mixed.MinNanos, mixed.MaxNanos));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(10)]
    [InlineData(160)]
    public void In_parts_and_in_any_order_it_comes_out_as_a_slow_count(int maxSize)
    {
        Random random = Seeded.Random(maxSize);
        for (int round = 0; round < 200; round++)
        {
            double spread = random.NextDouble() * 30;
            ulong[] durations = [.. Enumerable.Range(0, random.Next(1, 60)).Select(_ => Duration(random, spread))];
            ExponentialBuckets total = new(maxSize);
            ExponentialBuckets part = new(maxSize);
            for (int at = 0; at < durations.Length;)
            {
                int length = random.Next(1, durations.Length - at + 1);
                part.Clear();
                part.Add(durations.AsSpan(at, length), mapping);
                total.Add(part);
                at += length;
            }

            Assert.Equal(SlowText(durations, maxSize), Text(total));
        }
    }

    private static ulong Duration(Random random, double spread) =>
        random.Next(8) == 0 ? 0 : (ulong)Math.Exp(8 + (random.NextDouble() * spread));

    private ExponentialBuckets Of(int maxSize, ulong[] durationsNanos)
    {
        ExponentialBuckets buckets = new(maxSize);
        buckets.Add(durationsNanos, mapping);
        return buckets;
    }

    private string SlowText(ulong[] durations, int maxSize)
    {
        int[] finest = [.. durations.Where(nanos => nanos > 0).Select(nanos => mapping.IndexOf(nanos, ExponentialScale.Finest))];
        int shift = 0;
        while (finest.Length > 0 && (finest.Max() >> shift) - (finest.Min() >> shift) + 1 > maxSize)
        {
            shift++;
        }

        IEnumerable<string> buckets =
            from index in finest
            group index by index >> shift into bucket
            orderby bucket.Key
            select $"{bucket.Key}:{bucket.Count()}";
        int scale = ExponentialScale.Finest - shift;
        return $"{scale} zero {durations.Count(nanos => nanos == 0)} {durations.Min()}-{durations.Max()} {string.Join(' ', buckets)}";
    }

    private static string Text(ExponentialBuckets histogram)
    {
        List<string> buckets = [];
        for (int at = 0; at < histogram.Counts.Length; at++)
        {
            if (histogram.Counts[at] != 0)
            {
                buckets.Add($"{histogram.Offset + at}:{histogram.Counts[at]}");
            }
        }

        return $"{histogram.Scale} zero {histogram.ZeroCount} {histogram.MinNanos}-{histogram.MaxNanos} {string.Join(' ', buckets)}";
    }
}
