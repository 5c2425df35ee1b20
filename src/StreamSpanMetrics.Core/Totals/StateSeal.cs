using System.Buffers.Binary;
using Google.Protobuf;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>
/// The checksum that ends the value of every record of the state topic: field 15, CRC-32C of all bytes before it. Kafka's own checksum
/// guards a batch on its way and on disk; this one tells that a record is as it was written, whoever copied it since.
/// </summary>
public static class StateSeal
{
    /// <summary>Tag of field 15 with four bytes: the largest field number of these messages, so it comes last.</summary>
    private const byte Tag = (15 << 3) | 5;

    private const int SealBytes = 1 + sizeof(uint);

    /// <summary>The bytes of a message whose own checksum field is zero, with their checksum.</summary>
    public static byte[] Seal(IMessage message)
    {
        int size = message.CalculateSize();
        byte[] value = new byte[size + SealBytes];
        message.WriteTo(value.AsSpan(0, size));
        value[size] = Tag;
        BinaryPrimitives.WriteUInt32LittleEndian(value.AsSpan(size + 1), Crc32C.Compute(value.AsSpan(0, size)));
        return value;
    }

    /// <summary>Whether the bytes end with their checksum.</summary>
    public static bool IsIntact(ReadOnlySpan<byte> value)
    {
        if (value.Length < SealBytes || value[^SealBytes] != Tag)
        {
            return false;
        }

        return BinaryPrimitives.ReadUInt32LittleEndian(value[^sizeof(uint)..]) == Crc32C.Compute(value[..^SealBytes]);
    }
}
