using System.Numerics;
using StreamSpanMetrics.Core.Points;

namespace StreamSpanMetrics.Core.Tests.Points;

/// <summary>Nanoseconds to milliseconds and seconds, rounded once.</summary>
public sealed class DurationSumTests
{
    [Fact]
    public void Small_sums_are_exact_quotients()
    {
        Assert.Equal(0.0, DurationSum.ToDouble(0, 1_000_000));
        Assert.Equal(342.001026, DurationSum.ToDouble(342_001_026, 1_000_000));
        Assert.Equal(1.5, DurationSum.ToDouble(1_500_000_000, 1_000_000_000));
    }

    [Fact]
    public void No_double_is_nearer_than_the_one_returned()
    {
        const int Seed = 20240607;
        Random random = new(Seed);
        for (int i = 0; i < 20_000; i++)
        {
            UInt128 nanos = new UInt128((ulong)random.NextInt64(), (ulong)random.NextInt64()) >> random.Next(0, 127);
            foreach (ulong unit in new[] { 1_000_000UL, 1_000_000_000UL })
            {
                double result = DurationSum.ToDouble(nanos, unit);
                BigInteger error = Error(result, nanos, unit);
                Assert.True(error <= Error(Math.BitIncrement(result), nanos, unit), $"seed {Seed}: {nanos} / {unit}");
                Assert.True(error <= Error(Math.BitDecrement(result), nanos, unit), $"seed {Seed}: {nanos} / {unit}");
            }
        }
    }

    // |result * unit - nanos|, scaled so that it is a whole number for every double from 2^-70 on.
    private static BigInteger Error(double result, UInt128 nanos, ulong unit)
    {
        if (result < 0)
        {
            return BigInteger.Pow(2, 300);
        }

        long bits = BitConverter.DoubleToInt64Bits(result);
        int exponent = (int)((bits >> 52) & 0x7FF) - 1075;
        BigInteger mantissa = (bits & ((1L << 52) - 1)) | (1L << 52);
        if (exponent < -170)
        {
            (mantissa, exponent) = (0, 0);
        }

        BigInteger scaled = (mantissa << (exponent + 170)) * unit;
        return BigInteger.Abs(scaled - ((BigInteger)nanos << 170));
    }
}
