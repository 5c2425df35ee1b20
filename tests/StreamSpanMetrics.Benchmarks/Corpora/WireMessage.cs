using System.Buffers.Binary;
using System.Text;

namespace StreamSpanMetrics.Benchmarks.Corpora;

/// <summary>
/// One protobuf message in the making. Fields are added in ascending order; whether the bytes come out like that or backwards, as the
/// Collector writes them (it fills a buffer from its end), is decided for a whole corpus.
/// </summary>
internal sealed class WireMessage(bool descending)
{
    private const int Varint = 0;
    private const int Fixed64Bits = 1;
    private const int LengthDelimited = 2;
    private const int LargestVarintBytes = 10;

    private readonly List<byte[]> fields = [];

    /// <summary>An empty message in the same order.</summary>
    public WireMessage New() => new(descending);

    /// <summary>Adds a number.</summary>
    public WireMessage Number(int field, ulong value) => Add([.. VarintOf(Tag(field, Varint)), .. VarintOf(value)]);

    /// <summary>Adds a fixed64.</summary>
    public WireMessage Fixed64(int field, ulong value)
    {
        byte[] bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        return Add([.. VarintOf(Tag(field, Fixed64Bits)), .. bytes]);
    }

    /// <summary>Adds a string.</summary>
    public WireMessage Text(int field, string value) => Bytes(field, Encoding.UTF8.GetBytes(value));

    /// <summary>Adds a message.</summary>
    public WireMessage Message(int field, WireMessage value) => Bytes(field, value.ToArray());

    /// <summary>Adds bytes.</summary>
    public WireMessage Bytes(int field, byte[] value) =>
        Add([.. VarintOf(Tag(field, LengthDelimited)), .. VarintOf((ulong)value.Length), .. value]);

    /// <summary>The message.</summary>
    public byte[] ToArray()
    {
        byte[] message = new byte[fields.Sum(field => field.Length)];
        int position = 0;
        for (int index = 0; index < fields.Count; index++)
        {
            byte[] field = fields[descending ? fields.Count - 1 - index : index];
            field.CopyTo(message, position);
            position += field.Length;
        }

        return message;
    }

    private WireMessage Add(byte[] field)
    {
        fields.Add(field);
        return this;
    }

    private static ulong Tag(int field, int wireType) => ((ulong)field << 3) | (uint)wireType;

    private static byte[] VarintOf(ulong value)
    {
        Span<byte> bytes = stackalloc byte[LargestVarintBytes];
        int length = 0;
        while (value >= 0x80)
        {
            bytes[length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        bytes[length++] = (byte)value;
        return bytes[..length].ToArray();
    }
}
