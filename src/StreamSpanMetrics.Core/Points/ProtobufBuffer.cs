using System.Buffers.Binary;
using System.Numerics;

namespace StreamSpanMetrics.Core.Points;

/// <summary>
/// A growing buffer of protobuf fields, written at its end and reused (wire format: protobuf.dev/programming-guides/encoding).
/// </summary>
internal sealed class ProtobufBuffer
{
    private const int LengthDelimited = 2;
    private const int Fixed64 = 1;
    private const int Varint = 0;

    private byte[] bytes = new byte[1024];

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>What is written; holds until the next write.</summary>
    public ReadOnlySpan<byte> Written => bytes.AsSpan(0, Length);

    /// <summary>Size of a varint in bytes.</summary>
    public static int VarintSize(ulong value) => (BitOperations.Log2(value | 1) / 7) + 1;

    /// <summary>Size of a field with a length, its number being below 16.</summary>
    public static int FieldSize(int length) => 1 + VarintSize((ulong)length) + length;

    public void Clear() => Length = 0;

    /// <summary>Takes back what was written behind <paramref name="length"/>.</summary>
    public void Truncate(int length) => Length = length;

    /// <summary>Writes bytes as they are.</summary>
    public void Write(ReadOnlySpan<byte> more)
    {
        more.CopyTo(Reserve(more.Length));
        Length += more.Length;
    }

    /// <summary>Writes what is written in another buffer from <paramref name="start"/> on.</summary>
    public void Write(ProtobufBuffer other, int start) => Write(other.Written[start..]);

    /// <summary>Writes tag and length of a field whose content follows.</summary>
    public void WriteHeader(int field, int length)
    {
        WriteVarint((ulong)((field << 3) | LengthDelimited));
        WriteVarint((ulong)length);
    }

    /// <summary>Writes a field of bytes, text or a nested message.</summary>
    public void WriteField(int field, ReadOnlySpan<byte> content)
    {
        WriteHeader(field, content.Length);
        Write(content);
    }

    /// <summary>Writes a varint field.</summary>
    public void WriteVarintField(int field, ulong value)
    {
        WriteVarint((ulong)((field << 3) | Varint));
        WriteVarint(value);
    }

    /// <summary>Writes a sint32 field.</summary>
    public void WriteSint32Field(int field, int value) => WriteVarintField(field, (uint)((value << 1) ^ (value >> 31)));

    /// <summary>Writes a fixed64, sfixed64 or double field by its bits.</summary>
    public void WriteFixed64Field(int field, ulong bits)
    {
        WriteVarint((ulong)((field << 3) | Fixed64));
        WriteFixed64(bits);
    }

    /// <summary>Writes eight bytes of a packed field.</summary>
    public void WriteFixed64(ulong bits)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(Reserve(sizeof(ulong)), bits);
        Length += sizeof(ulong);
    }

    /// <summary>Writes a varint of a packed field.</summary>
    public void WriteVarint(ulong value)
    {
        Span<byte> space = Reserve(10);
        int length = 0;
        while (value >= 0x80)
        {
            space[length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        space[length++] = (byte)value;
        Length += length;
    }

    private Span<byte> Reserve(int size)
    {
        int needed = checked(Length + size);
        if (needed > bytes.Length)
        {
            Array.Resize(ref bytes, (int)Math.Min(Array.MaxLength, Math.Max(needed, bytes.Length * 2L)));
        }

        return bytes.AsSpan(Length);
    }
}
