using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace StreamSpanMetrics.Core.Otlp;

/// <summary>
/// A 64-bit hash of bytes, eight at a time: a chain of folded 64 x 64 bit products, the construction of wyhash. The same on every
/// little-endian machine and in every run: shards and snapshot chunks depend on it, so changing it changes the semantics number. Never an
/// identity: tables compare
/// the whole key.
/// </summary>
public static class ByteHash
{
    // Odd numbers with about as many ones as zeros in every byte; any such numbers do.
    private const ulong First = 0xA0761D6478BD642F;
    private const ulong Second = 0xE7037ED1A0B428DB;

    /// <summary>Hashes <paramref name="bytes"/>; <paramref name="seed"/> is the hash of what stands before them, or 0.</summary>
    public static ulong Of(ReadOnlySpan<byte> bytes, ulong seed = 0)
    {
        ref byte data = ref MemoryMarshal.GetReference(bytes);
        ulong hash = First ^ seed ^ (ulong)bytes.Length;
        int index = 0;
        for (; index + sizeof(ulong) <= bytes.Length; index += sizeof(ulong))
        {
            hash = Mix(hash ^ Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref data, index)), Second);
        }

        if (index < bytes.Length)
        {
            ulong tail = 0;
            for (int shift = 0; index < bytes.Length; index++, shift += 8)
            {
                tail |= (ulong)bytes[index] << shift;
            }

            hash = Mix(hash ^ tail, Second);
        }

        return Mix(hash, First);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong left, ulong right)
    {
        ulong high = Math.BigMul(left, right, out ulong low);
        return high ^ low;
    }
}
