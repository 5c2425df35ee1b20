using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace StreamSpanMetrics.Core.Series;

/// <summary>Hints to the processor: they save waiting for memory and change nothing else.</summary>
internal static class Fetch
{
    private const int LineBytes = 64;
    private const int SmallRecordBytes = 4096;

    /// <summary>About what a resource with a dozen attributes takes.</summary>
    private const int EndBytes = 768;

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

    /// <summary>
    /// Fetches a record that is about to be read: the whole of a small one, else both its ends. Reading begins at both, because the
    /// Collector writes a resource behind its spans, and a processor that runs ahead by itself begins anew with every small record.
    /// </summary>
    public static void Record(ReadOnlySpan<byte> record)
    {
        if (record.Length <= SmallRecordBytes)
        {
            Lines(record);
        }
        else
        {
            Lines(record[..EndBytes]);
            Lines(record[^EndBytes..]);
        }
    }

    private static unsafe void Lines(ReadOnlySpan<byte> bytes)
    {
        if (Sse.IsSupported)
        {
            for (int index = 0; index < bytes.Length; index += LineBytes)
            {
                Sse.Prefetch0(Unsafe.AsPointer(ref Unsafe.AsRef(in bytes[index])));
            }
        }
    }
}
