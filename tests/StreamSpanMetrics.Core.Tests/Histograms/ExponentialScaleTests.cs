using System.Numerics;
using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Tests.Support;

namespace StreamSpanMetrics.Core.Tests.Histograms;

/// <summary>The index of a duration, beside exact arithmetic.</summary>
public sealed class ExponentialScaleTests
{
    private readonly ExponentialScale millis = new(DurationUnit.Milliseconds);
    private readonly ExponentialScale seconds = new(DurationUnit.Seconds);

    [Theory]
    [InlineData(5_000_000, 20, 2_434_718)]
    [InlineData(11_000_000, 20, 3_627_476)]
    [InlineData(2_000_000, 1, 1)]
    [InlineData(4_000_000, 1, 3)]
    [InlineData(1_000_000, 0, -1)]
    [InlineData(1_000_001, 0, 0)]
    [InlineData(999_999, 0, -1)]
    [InlineData(1_000_000_000, -1, 4)]
    [InlineData(1, 0, -20)]
    public void Known_durations_have_known_buckets(ulong nanos, int scale, int index) => Assert.Equal(index, millis.IndexOf(nanos, scale));

    // lower < value <= upper, all three raised to 2^scale, where they are whole numbers.
    [Theory]
    [InlineData(3)]
    [InlineData(10)]
    public void A_value_lies_within_the_bounds_of_its_bucket(int scale)
    {
        Random random = Seeded.Random(5);
        for (int count = 0; count < 300; count++)
        {
            ulong nanos = (ulong)Math.Exp(random.NextDouble() * 40) + 1;
            foreach ((ExponentialScale mapping, double divisor) in ((ExponentialScale, double)[])[(millis, 1e6), (seconds, 1e9)])
            {
                int index = mapping.IndexOf(nanos, scale);
                Assert.True(IsAbove(nanos / divisor, index, scale), $"{nanos} ns is not above the lower bound of {index}");
                Assert.False(IsAbove(nanos / divisor, index + 1, scale), $"{nanos} ns is above the upper bound of {index}");
            }
        }
    }

    [Fact]
    public void A_coarser_scale_joins_neighbours()
    {
        Random random = Seeded.Random(6);
        for (int count = 0; count < 2000; count++)
        {
            ulong nanos = (ulong)Math.Exp(random.NextDouble() * 44) + 1;
            int finest = millis.IndexOf(nanos, ExponentialScale.Finest);
            for (int scale = ExponentialScale.Finest - 1; scale >= -6; scale--)
            {
                Assert.Equal(finest >> (ExponentialScale.Finest - scale), millis.IndexOf(nanos, scale));
            }
        }
    }

    [Theory]
    [InlineData(0, 0, 2, 0)]
    [InlineData(0, 159, 160, 0)]
    [InlineData(0, 160, 160, 1)]
    [InlineData(-1, 0, 2, 0)]
    [InlineData(-3, 1, 2, 2)]
    [InlineData(int.MinValue, int.MaxValue, 2, 31)]
    public void The_shift_is_the_smallest_that_fits(int low, int high, int maxSize, int shift) =>
        Assert.Equal(shift, ExponentialScale.ShiftToFit(low, high, maxSize));

    // Whether value > 2^(index / 2^scale), that is value^(2^scale) > 2^index, for a value of mantissa * 2^exponent.
    private static bool IsAbove(double value, int index, int scale)
    {
        long bits = BitConverter.DoubleToInt64Bits(value);
        int exponent = (int)(bits >> 52) - 1075;
        BigInteger mantissa = (bits & ((1L << 52) - 1)) | (1L << 52);
        BigInteger power = BigInteger.Pow(mantissa, 1 << scale);
        long shift = index - ((long)exponent << scale);
        return shift < 0 || power > BigInteger.One << (int)shift;
    }
}
