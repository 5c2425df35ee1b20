namespace StreamSpanMetrics.Core.Totals;

/// <summary>A growing byte buffer that is written at its end and reused.</summary>
internal sealed class ArrayBuffer
{
    private byte[] bytes = new byte[1024];
    private int length;

    /// <summary>What is written; holds until the next write.</summary>
    public ReadOnlySpan<byte> Written => bytes.AsSpan(0, length);

    public void Clear() => length = 0;

    /// <summary>Space of at least <paramref name="size"/> bytes behind what is written.</summary>
    public Span<byte> Reserve(int size)
    {
        int needed = checked(length + size);
        if (needed > bytes.Length)
        {
            Array.Resize(ref bytes, (int)Math.Min(Array.MaxLength, Math.Max(needed, bytes.Length * 2L)));
        }

        return bytes.AsSpan(length);
    }

    /// <summary>Declares the first <paramref name="size"/> bytes of the reserved space written.</summary>
    public void Advance(int size) => length += size;
}
