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

    /// <summary>
    /// Another hash of <paramref name="bytes"/>, quicker for long ones because four chains run side by side. Only for tables in memory:
    /// nothing that is stored or sent may depend on it.
    /// </summary>
    public static ulong ForTable(ReadOnlySpan<byte> bytes)
    {
        const int Pair = 2 * sizeof(ulong);
        const int Stripe = 2 * Pair;
        if (bytes.Length < Pair)
        {
            return Of(bytes);
        }

        ref byte data = ref MemoryMarshal.GetReference(bytes);
        ulong one = First ^ (ulong)bytes.Length;
        ulong two = First;
        int index = 0;
        if (bytes.Length >= 2 * Stripe)
        {
            ulong three = First;
            ulong four = First;
            for (; index + Stripe <= bytes.Length; index += Stripe)
            {
                one = Mix(one ^ At(ref data, index), Second);
                two = Mix(two ^ At(ref data, index + sizeof(ulong)), Second);
                three = Mix(three ^ At(ref data, index + Pair), Second);
                four = Mix(four ^ At(ref data, index + Pair + sizeof(ulong)), Second);
            }

            one = Mix(one, Second) ^ three;
            two = Mix(two, Second) ^ four;
        }

        for (; index + Pair <= bytes.Length; index += Pair)
        {
            one = Mix(one ^ At(ref data, index), Second);
            two = Mix(two ^ At(ref data, index + sizeof(ulong)), Second);
        }

        // The last bytes once more, overlapping what was read: cheaper than one by one.
        one = Mix(one ^ At(ref data, bytes.Length - Pair), Second);
        two = Mix(two ^ At(ref data, bytes.Length - sizeof(ulong)), Second);
        return Mix(Mix(one, First) ^ two, Second);
    }

    /// <summary>
    /// A hash of the length and of eight words spread evenly over <paramref name="bytes"/>: for caches, where it does no harm if bytes that
    /// differ elsewhere meet.
    /// </summary>
    public static uint OfSample(ReadOnlySpan<byte> bytes)
    {
        const int Words = 8;
        if (bytes.Length < Words * sizeof(ulong))
        {
            return (uint)ForTable(bytes);
        }

        ref byte data = ref MemoryMarshal.GetReference(bytes);
        int last = bytes.Length - sizeof(ulong);
        int gap = last / (Words - 1);
        ulong one = Mix(At(ref data, 0) ^ First, At(ref data, gap) ^ (ulong)bytes.Length);
        ulong two = Mix(At(ref data, 2 * gap) ^ First, At(ref data, 3 * gap) ^ Second);
        ulong three = Mix(At(ref data, 4 * gap) ^ First, At(ref data, 5 * gap) ^ Second);
        ulong four = Mix(At(ref data, 6 * gap) ^ First, At(ref data, last) ^ Second);
        return (uint)Mix(one ^ (two << 1) ^ (three << 2) ^ (four << 3), Second);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong At(ref byte data, int index) => Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref data, index));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong left, ulong right)
    {
        ulong high = Math.BigMul(left, right, out ulong low);
        return high ^ low;
    }
}
