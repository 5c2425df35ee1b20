using System.Numerics;
using System.Runtime.InteropServices;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>CRC-32C (Castagnoli polynomial, RFC 3720 appendix B.4), the checksum of snapshot chunks.</summary>
internal static class Crc32C
{
    /// <summary>Checksum of <paramref name="bytes"/>.</summary>
    public static uint Compute(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        ReadOnlySpan<ulong> words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words)
        {
            crc = BitOperations.Crc32C(crc, BitConverter.IsLittleEndian ? word : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(word));
        }

        foreach (byte next in bytes[(words.Length * sizeof(ulong))..])
        {
            crc = BitOperations.Crc32C(crc, next);
        }

        return ~crc;
    }
}
