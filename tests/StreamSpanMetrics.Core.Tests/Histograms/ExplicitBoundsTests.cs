using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Tests.Support;

namespace StreamSpanMetrics.Core.Tests.Histograms;

/// <summary>Buckets of durations, beside the connector's own arithmetic: doubles in the published unit.</summary>
public sealed class ExplicitBoundsTests
{
    private static readonly long[] ArticleBounds =
    [
        1_000_000, 10_000_000, 100_000_000, 200_000_000, 300_000_000, 400_000_000, 500_000_000, 600_000_000, 700_000_000, 800_000_000,
        900_000_000, 1_000_000_000,
    ];

    public static TheoryData<DurationUnit> Units => [DurationUnit.Milliseconds, DurationUnit.Seconds];

    [Theory]
    [MemberData(nameof(Units))]
    public void The_default_bounds_agree_with_division(DurationUnit unit) => AssertAgrees([.. HistogramRules.DefaultBoundsNanos], unit);

    [Theory]
    [MemberData(nameof(Units))]
    public void The_bounds_of_the_article_agree_with_division(DurationUnit unit) => AssertAgrees(ArticleBounds, unit);

    [Theory]
    [MemberData(nameof(Units))]
    public void Random_bounds_agree_with_division(DurationUnit unit)
    {
        Random random = Seeded.Random(51);
        for (int round = 0; round < 500; round++)
        {
            long[] bounds = new long[random.Next(1, 40)];
            for (int index = 0; index < bounds.Length; index++)
            {
                bounds[index] = random.NextInt64() >> random.Next(2, 63);
            }

            AssertAgrees([.. bounds.Distinct().Order()], unit);
        }
    }

    [Theory]
    [MemberData(nameof(Units))]
    public void Without_bounds_there_is_one_bucket(DurationUnit unit)
    {
        ExplicitBounds none = new(new HistogramRules { BoundsNanos = [], Unit = unit });
        Assert.Equal(1, none.BucketCount);
        Assert.Equal([0, 0, 0], [none.BucketOf(0), none.BucketOf(1), none.BucketOf(ulong.MaxValue)]);
    }

    [Fact]
    public void A_bound_is_inclusive_and_what_is_above_all_is_in_the_last_bucket()
    {
        ExplicitBounds bounds = new(new HistogramRules());
        Assert.Equal(17, bounds.BucketCount);
        Assert.Equal(0, bounds.BucketOf(0));
        Assert.Equal(0, bounds.BucketOf(2_000_000));
        Assert.Equal(1, bounds.BucketOf(2_000_001));
        Assert.Equal(15, bounds.BucketOf(15_000_000_000));
        Assert.Equal(16, bounds.BucketOf(15_000_000_001));
        Assert.Equal(16, bounds.BucketOf(ulong.MaxValue));
    }

    [Fact]
    public void A_bound_so_long_that_doubles_skip_nanoseconds_takes_what_rounds_to_it()
    {
        const long century = 100L * 365 * 24 * 3600 * 1_000_000_000;
        AssertAgrees([century, century + 4_096], DurationUnit.Milliseconds);
        AssertAgrees([century, century + 4_096], DurationUnit.Seconds);
    }

    private static void AssertAgrees(long[] boundsNanos, DurationUnit unit)
    {
        ExplicitBounds bounds = new(new HistogramRules { BoundsNanos = boundsNanos, Unit = unit });
        Assert.Equal(boundsNanos.Length + 1, bounds.BucketCount);
        List<ulong> durations = [0, 1, ulong.MaxValue, ulong.MaxValue / 2, (ulong)long.MaxValue + 1];
        foreach (long bound in boundsNanos)
        {
            durations.AddRange([(ulong)Math.Max(bound - 1, 0), (ulong)bound, (ulong)bound + 1, (ulong)bound + 300, (ulong)bound * 3 / 2]);
        }

        foreach (ulong duration in durations)
        {
            int expected = SlowBucket(boundsNanos, unit, duration);
            Assert.True(expected == bounds.BucketOf(duration), $"{duration} ns: {bounds.BucketOf(duration)} instead of {expected}");
        }
    }

    private static int SlowBucket(long[] boundsNanos, DurationUnit unit, ulong duration)
    {
        double divisor = unit == DurationUnit.Seconds ? 1e9 : 1e6;
        int bucket = 0;
        while (bucket < boundsNanos.Length && boundsNanos[bucket] / divisor < duration / divisor)
        {
            bucket++;
        }

        return bucket;
    }
}
