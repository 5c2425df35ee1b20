using System.Runtime.CompilerServices;

namespace StreamSpanMetrics.Core.Histograms;

/// <summary>
/// Base-2 exponential buckets (OpenTelemetry specification, metrics/data-model.md, "ExponentialHistogram"): at scale s bucket i holds the
/// values in (2^(i / 2^s), 2^((i + 1) / 2^s)]. Index and scale come from integer arithmetic alone, so that every machine finds the same (P3).
/// Immutable.
/// </summary>
/// <param name="unit">Unit in which durations are published: it is the published value that falls into a bucket.</param>
public sealed class ExponentialScale(DurationUnit unit)
{
    /// <summary>Finest scale, where a histogram begins (lightstep/go-expohisto, structure/exponential.go).</summary>
    public const int Finest = 20;

    private const int MantissaBits = 52;
    private const int ExponentBias = 1023;
    private const int ExponentMask = 0x7ff;

    private readonly double nanosPerUnit = ExplicitBounds.NanosPerUnit(unit);

    /// <summary>The bucket of a duration at a scale.</summary>
    /// <param name="durationNanos">Not 0: zero has a bucket of its own.</param>
    /// <param name="scale">At most <see cref="Finest"/>.</param>
    public int IndexOf(ulong durationNanos, int scale)
    {
        long bits = BitConverter.DoubleToInt64Bits(durationNanos / nanosPerUnit);
        int exponent = (int)(bits >> MantissaBits & ExponentMask) - ExponentBias;
        ulong mantissa = (ulong)bits & ((1UL << MantissaBits) - 1);
        if (mantissa == 0)
        {
            // A power of two is the inclusive upper bound of its bucket.
            return scale > 0 ? (exponent << scale) - 1 : (exponent - 1) >> -scale;
        }

        return scale > 0 ? Logarithm(exponent, mantissa, scale) : exponent >> -scale;
    }

    /// <summary>
    /// By how much a scale must sink so that the buckets from <paramref name="low"/> to <paramref name="high"/> are at most
    /// <paramref name="maxSize"/>.
    /// </summary>
    public static int ShiftToFit(int low, int high, int maxSize)
    {
        int shift = 0;
        while ((high >> shift) - (long)(low >> shift) >= maxSize)
        {
            shift++;
        }

        return shift;
    }

    // The logarithm's bits, one by one: a square has twice the logarithm, so its whole part is the next bit. The mantissa is a fixed-point
    // number in [1, 2) with 63 places; what is cut off stays, over 20 squares, below 2^-42, while a boundary is irrational: a double that
    // close to one does not occur among durations of whole nanoseconds but by the rarest chance, and then all machines are off alike.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Logarithm(int exponent, ulong mantissa, int scale)
    {
        ulong value = (1UL << 63) | (mantissa << (63 - MantissaBits));
        int index = exponent;
        for (int bit = 0; bit < scale; bit++)
        {
            ulong high = Math.BigMul(value, value, out ulong low);
            bool isTwoOrMore = high >> 63 != 0;
            value = isTwoOrMore ? high : (high << 1) | (low >> 63);
            index = (index << 1) | (isTwoOrMore ? 1 : 0);
        }

        return index;
    }
}
