using System.Text;

namespace StreamSpanMetrics.Core.Prometheus;

/// <summary>A growing run of bytes with the few protobuf primitives that series need. Not for several threads.</summary>
internal sealed class ByteBuffer
{
    private byte[] bytes = new byte[1024];

    /// <summary>Number of bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>The bytes written so far; valid until the next write.</summary>
    public ReadOnlySpan<byte> Written => bytes.AsSpan(0, Length);

    /// <summary>The bytes written so far as memory; valid until the next write.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => bytes.AsMemory(0, Length);

    /// <summary>Number of bytes of <paramref name="value"/> as a varint.</summary>
    public static int VarintLength(ulong value) => (70 - System.Numerics.BitOperations.LeadingZeroCount(value | 1)) / 7;

    /// <summary>Forgets all bytes, or those from <paramref name="length"/> on, and keeps the memory.</summary>
    public void Truncate(int length = 0) => Length = length;

    /// <summary>Claims <paramref name="count"/> bytes, to be filled by the caller before the next call.</summary>
    public Span<byte> Claim(int count)
    {
        if (bytes.Length - Length < count)
        {
            // Checked: a run above 2 GB is a caller's mistake, records are below 1 MB.
            Array.Resize(ref bytes, Math.Max(checked(Length + count), (int)Math.Min(2L * bytes.Length, Array.MaxLength)));
        }

        Span<byte> claimed = bytes.AsSpan(Length, count);
        Length += count;
        return claimed;
    }

    /// <summary>Appends <paramref name="source"/>.</summary>
    public void Append(ReadOnlySpan<byte> source) => source.CopyTo(Claim(source.Length));

    /// <summary>Appends one byte.</summary>
    public void Append(byte value) => Claim(1)[0] = value;

    /// <summary>Appends <paramref name="text"/> as UTF-8.</summary>
    public void AppendText(ReadOnlySpan<char> text)
    {
        int count = Encoding.UTF8.GetByteCount(text);
        Encoding.UTF8.GetBytes(text, Claim(count));
    }

    /// <summary>Appends a copy of bytes that this buffer already holds.</summary>
    public void AppendOwn(int start, int count)
    {
        Claim(count);
        bytes.AsSpan(start, count).CopyTo(bytes.AsSpan(Length - count));
    }

    /// <summary>Appends a protobuf varint.</summary>
    public void AppendVarint(ulong value)
    {
        Span<byte> target = Claim(VarintLength(value));
        for (int at = 0; at < target.Length - 1; at++)
        {
            target[at] = (byte)(value | 0x80);
            value >>= 7;
        }

        target[^1] = (byte)value;
    }

    /// <summary>Appends a length-delimited field: tag, length and <paramref name="payload"/>.</summary>
    public void AppendField(byte tag, ReadOnlySpan<byte> payload)
    {
        Append(tag);
        AppendVarint((uint)payload.Length);
        Append(payload);
    }
}
