using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace StreamSpanMetrics.Core.Histograms;

/// <summary>
/// Finds the bucket of a duration: the first whose inclusive upper bound is not below it, the last bucket above all bounds. The
/// comparison that counts is the connector's, of doubles in the published unit; it is worked out once per bound, so that the hot path
/// compares integers. Immutable.
/// </summary>
public sealed class ExplicitBounds
{
    private readonly long[] largestNanos;
    private readonly Vector256<long>[] lanes;

    /// <summary>Prepares the bounds of <paramref name="rules"/>.</summary>
    public ExplicitBounds(HistogramRules rules)
    {
        int count = rules.BoundsNanos.Count;
        double divisor = NanosPerUnit(rules.Unit);
        largestNanos = new long[count];
        for (int index = 0; index < count; index++)
        {
            largestNanos[index] = LargestNotAbove(rules.BoundsNanos[index], divisor);
        }

        long[] padded = new long[(count + Vector256<long>.Count - 1) / Vector256<long>.Count * Vector256<long>.Count];
        Array.Fill(padded, long.MaxValue);
        largestNanos.CopyTo(padded, 0);
        lanes = MemoryMarshal.Cast<long, Vector256<long>>(padded).ToArray();
    }

    /// <summary>Number of buckets: one more than bounds.</summary>
    public int BucketCount => largestNanos.Length + 1;

    /// <summary>Nanoseconds in one published unit.</summary>
    public static double NanosPerUnit(DurationUnit unit) => unit == DurationUnit.Seconds ? 1e9 : 1e6;

    /// <summary>The bucket of a duration, 0 to <see cref="BucketCount"/> - 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int BucketOf(ulong durationNanos)
    {
        Vector256<long> duration = Vector256.Create((long)Math.Min(durationNanos, long.MaxValue));
        int below = 0;
        foreach (Vector256<long> lane in lanes)
        {
            below += BitOperations.PopCount(Vector256.GreaterThan(duration, lane).ExtractMostSignificantBits());
        }

        return below;
    }

    /// <summary>
    /// The largest duration that is, as a double in the unit, not above the bound: the bound itself but for more than 52 days.
    /// </summary>
    private static long LargestNotAbove(long boundNanos, double divisor)
    {
        double bound = boundNanos / divisor;
        long largest = boundNanos;
        while (largest < long.MaxValue && (largest + 1) / divisor <= bound)
        {
            largest++;
        }

        return largest;
    }
}
