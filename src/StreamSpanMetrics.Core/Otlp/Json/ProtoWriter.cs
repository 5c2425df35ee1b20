using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace StreamSpanMetrics.Core.Otlp.Json;

/// <summary>
/// Writes protobuf into a buffer that is kept and grows. The length of a message is written when it ends, into bytes that were kept free
/// before it: a varint may be padded with zero bits, and every reader takes it so. Not thread-safe.
/// </summary>
internal sealed class ProtoWriter
{
    private const int FirstBytes = 4096;
    private const int MaxVarintBytes = 10;
    private const int GroupBits = 7;
    private const byte Continuation = 0x80;

    private byte[] buffer = new byte[FirstBytes];
    private int length;

    /// <summary>What was written since <see cref="Clear"/>; valid until the next write.</summary>
    public ReadOnlySpan<byte> Written => buffer.AsSpan(0, length);

    /// <summary>Forgets what was written and keeps the buffer.</summary>
    public void Clear() => length = 0;

    /// <summary>Free space behind what was written, of at least <paramref name="bytes"/>; to be taken with <see cref="Advance"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> Reserve(int bytes)
    {
        if (bytes > buffer.Length - length)
        {
            Grow(bytes);
        }

        return buffer.AsSpan(length);
    }

    /// <summary>Takes bytes of the reserved space as written.</summary>
    public void Advance(int bytes) => length += bytes;

    /// <summary>Writes a varint in as few bytes as it needs.</summary>
    public void WriteVarint(ulong value)
    {
        Span<byte> target = Reserve(MaxVarintBytes);
        if (value < Continuation)
        {
            target[0] = (byte)value;
            length++;
            return;
        }

        int written = 0;
        for (; value >= Continuation; value >>= GroupBits)
        {
            target[written++] = (byte)(value | Continuation);
        }

        target[written++] = (byte)value;
        length += written;
    }

    /// <summary>Writes eight bytes.</summary>
    public void WriteFixed64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(Reserve(sizeof(ulong)), value);
        length += sizeof(ulong);
    }

    /// <summary>Writes four bytes.</summary>
    public void WriteFixed32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(Reserve(sizeof(uint)), value);
        length += sizeof(uint);
    }

    /// <summary>Writes bytes with their length before them.</summary>
    public void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        WriteVarint((ulong)bytes.Length);
        bytes.CopyTo(Reserve(bytes.Length));
        length += bytes.Length;
    }

    /// <summary>Keeps <paramref name="lengthBytes"/> free for a length and returns where the content starts.</summary>
    public int Begin(int lengthBytes)
    {
        Reserve(lengthBytes);
        length += lengthBytes;
        return length;
    }

    /// <summary>Ends the content that started at <paramref name="start"/>; it is moved if its length needs more than was kept free.</summary>
    public void End(int start, int lengthBytes)
    {
        int content = length - start;
        int first = start - lengthBytes;
        int needed = VarintBytes(content);
        if (needed > lengthBytes)
        {
            Reserve(needed - lengthBytes);
            buffer.AsSpan(start, content).CopyTo(buffer.AsSpan(first + needed));
            length += needed - lengthBytes;
            lengthBytes = needed;
        }

        for (int index = 0; index < lengthBytes - 1; index++)
        {
            buffer[first + index] = (byte)(content | Continuation);
            content >>= GroupBits;
        }

        buffer[first + lengthBytes - 1] = (byte)content;
    }

    private void Grow(int bytes)
    {
        long doubled = Math.Max(2L * buffer.Length, (long)length + bytes);
        Array.Resize(ref buffer, (int)Math.Min(doubled, Array.MaxLength));
    }

    /// <summary>Bytes that a varint of <paramref name="value"/> needs.</summary>
    public static int VarintBytes(int value)
    {
        int bytes = 1;
        for (uint rest = (uint)value >> GroupBits; rest != 0; rest >>= GroupBits)
        {
            bytes++;
        }

        return bytes;
    }
}
