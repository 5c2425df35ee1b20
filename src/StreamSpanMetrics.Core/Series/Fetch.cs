using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace StreamSpanMetrics.Core.Series;

/// <summary>Hints to the processor: they save waiting for memory and change nothing else.</summary>
internal static class Fetch
{
    /// <summary>
    /// Fetches the cache line of <paramref name="location"/> while other work goes on. Without effect where there is no such hint.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static unsafe void Ahead<T>(ref T location)
    {
        if (Sse.IsSupported)
        {
            // The address may be stale if the collector moves the array just now: a hint may be wrong.
            Sse.Prefetch0(Unsafe.AsPointer(ref location));
        }
    }
}
