using System.Buffers.Binary;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>
/// A 64-bit hash of bytes that is the same in every process and release: it decides to which snapshot chunk a series belongs,
/// so changing it means a new state format. It is never an identity: whoever finds a hash compares the bytes.
/// </summary>
internal static class StableHash
{
    private const ulong First = 0x9E3779B97F4A7C15;
    private const ulong Second = 0xD1B54A32D192ED03;

    /// <summary>Hash of <paramref name="bytes"/>; <paramref name="seed"/> is the hash of what stands before them.</summary>
    public static ulong Compute(ReadOnlySpan<byte> bytes, ulong seed = 0)
    {
        ulong hash = Fold(seed ^ First, (ulong)bytes.Length ^ Second);
        while (bytes.Length >= sizeof(ulong))
        {
            hash = Fold(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes), First) + Second;
            bytes = bytes[sizeof(ulong)..];
        }

        ulong rest = 0;
        for (int i = 0; i < bytes.Length; i++)
        {
            rest |= (ulong)bytes[i] << (8 * i);
        }

        return Fold(hash ^ rest, Second) ^ (hash >> 29);
    }

    // The two halves of the 128-bit product: every input bit reaches every output bit.
    private static ulong Fold(ulong left, ulong right)
    {
        ulong high = Math.BigMul(left, right, out ulong low);
        return high ^ low;
    }
}
