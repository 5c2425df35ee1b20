namespace StreamSpanMetrics.Core.Prometheus;

/// <summary>
/// The symbols of a remote write 2.0 request: every text once, in the order of first use, so that the same series always give the same
/// bytes. The first is the empty text. Not for several threads.
/// </summary>
internal sealed class SymbolTable
{
    private const byte SymbolTag = 0x22;

    private readonly ByteBuffer encoded = new();
    private (int Start, int Length, int Hash, int NextInBucket)[] symbols = new (int, int, int, int)[1024];
    private int[] heads = new int[2048];
    private int count;

    /// <summary>A table with the empty text.</summary>
    public SymbolTable() => Clear();

    /// <summary>The symbols as field 4 of a <c>Request</c>, tags and lengths included; valid until the next call.</summary>
    public ReadOnlySpan<byte> Encoded => encoded.Written;

    /// <summary>Forgets all symbols but the empty one, and keeps the memory.</summary>
    public void Clear()
    {
        encoded.Truncate();
        encoded.AppendField(SymbolTag, []);
        Array.Fill(heads, -1);
        count = 1;
    }

    /// <summary>The reference of <paramref name="text"/>, UTF-8; a new text becomes the last symbol.</summary>
    public uint Reference(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
        {
            return 0;
        }

        // HashCode is seeded per process: hostile labels cannot aim at one bucket, and references do not depend on it.
        HashCode hasher = new();
        hasher.AddBytes(text);
        int hash = hasher.ToHashCode();
        for (int at = heads[hash & (heads.Length - 1)]; at >= 0; at = symbols[at].NextInBucket)
        {
            (int start, int length, int known, _) = symbols[at];
            if (known == hash && encoded.Written.Slice(start, length).SequenceEqual(text))
            {
                return (uint)at;
            }
        }

        return Add(text, hash);
    }

    private uint Add(ReadOnlySpan<byte> text, int hash)
    {
        if (count == symbols.Length)
        {
            Grow();
        }

        encoded.AppendField(SymbolTag, text);
        int bucket = hash & (heads.Length - 1);
        symbols[count] = (encoded.Length - text.Length, text.Length, hash, heads[bucket]);
        heads[bucket] = count;
        return (uint)count++;
    }

    private void Grow()
    {
        Array.Resize(ref symbols, count * 2);
        heads = new int[symbols.Length * 2];
        Array.Fill(heads, -1);
        for (int at = 1; at < count; at++)
        {
            int bucket = symbols[at].Hash & (heads.Length - 1);
            symbols[at].NextInBucket = heads[bucket];
            heads[bucket] = at;
        }
    }
}
