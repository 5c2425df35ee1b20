using System.Numerics;
using StreamSpanMetrics.Core.Histograms;

namespace StreamSpanMetrics.Core.Points;

/// <summary>Turns nanoseconds into the unit in which durations are published, rounded once (P3).</summary>
internal static class DurationSum
{
    // Up to here a whole number is exact as a double, and one division rounds once (IEEE 754).
    private const ulong MaxExact = 1UL << 53;

    // Below 2^86 there is room to shift by 40 bits; from there on the quotient has at least 56 bits without a shift.
    private const int ShiftBelowBits = 86;
    private const int Shift = 40;

    /// <summary>Nanoseconds of one unit.</summary>
    public static ulong NanosPerUnit(DurationUnit unit) => unit == DurationUnit.Seconds ? 1_000_000_000UL : 1_000_000UL;

    /// <summary>The double nearest to <paramref name="nanos"/> / <paramref name="nanosPerUnit"/>, ties to even.</summary>
    /// <param name="nanos">Any number of nanoseconds.</param>
    /// <param name="nanosPerUnit">At most 10^9.</param>
    public static double ToDouble(UInt128 nanos, ulong nanosPerUnit)
    {
        if (nanos <= MaxExact)
        {
            return (double)(ulong)nanos / nanosPerUnit;
        }

        int shift = nanos >> ShiftBelowBits == 0 ? Shift : 0;
        (UInt128 quotient, UInt128 remainder) = UInt128.DivRem(nanos << shift, nanosPerUnit);
        int surplus = Math.Max(0, 128 - (int)UInt128.LeadingZeroCount(quotient) - 64);
        bool sticky = remainder != 0 || (quotient & ((UInt128.One << surplus) - 1)) != 0;

        // 56 bits or more: the lowest one is far behind the rounding place, so it can stand for all that was cut off.
        ulong significant = (ulong)(quotient >> surplus) | (sticky ? 1UL : 0UL);
        return Math.ScaleB(Round(significant), surplus - shift);
    }

    // Rounds to 53 bits, ties to even; the conversion that follows is exact.
    private static double Round(ulong value)
    {
        int extra = 64 - BitOperations.LeadingZeroCount(value) - 53;
        ulong rest = value & ((1UL << extra) - 1);
        ulong half = 1UL << (extra - 1);
        ulong kept = value >> extra;
        kept += rest > half || (rest == half && (kept & 1) != 0) ? 1UL : 0UL;
        return Math.ScaleB(kept, extra);
    }
}
