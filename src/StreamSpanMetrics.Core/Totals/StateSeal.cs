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
    public static byte[] Seal(IMessage message) => Seal(message, []);

    /// <summary>As <see cref="Seal(IMessage)"/>, with further fields of the message that are written already.</summary>
    internal static byte[] Seal(IMessage message, ReadOnlySpan<byte> moreFields)
    {
        int head = message.CalculateSize();
        int size = head + moreFields.Length;
        byte[] value = new byte[size + SealBytes];
        message.WriteTo(value.AsSpan(0, head));
        moreFields.CopyTo(value.AsSpan(head));
        WriteChecksum(value);
        return value;
    }

    /// <summary>Bytes, whatever they are, with their checksum: for tests of what a sound checksum does not tell.</summary>
    public static byte[] Seal(ReadOnlySpan<byte> fields)
    {
        byte[] value = new byte[fields.Length + SealBytes];
        fields.CopyTo(value);
        WriteChecksum(value);
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

    private static void WriteChecksum(Span<byte> value)
    {
        value[^SealBytes] = Tag;
        BinaryPrimitives.WriteUInt32LittleEndian(value[^sizeof(uint)..], Crc32C.Compute(value[..^SealBytes]));
    }
}
