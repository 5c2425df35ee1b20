using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>Walks the labels of a normalised key: first the dimensions with a name of their own, then pairs of a name and a value.</summary>
internal ref struct LabelReader
{
    private readonly ReadOnlySpan<byte> key;
    private readonly ReadOnlySpan<ulong> names;
    private readonly int globStart;
    private int position;
    private int next;

    /// <param name="key">The key, not of an overflow series.</param>
    /// <param name="layout">Families and dimensions.</param>
    /// <param name="names">Hashes of the family's names, one by dimension.</param>
    public LabelReader(ReadOnlySpan<byte> key, SeriesLayout layout, ReadOnlySpan<ulong> names)
    {
        this.key = key;
        this.names = names;
        globStart = layout.GlobStart((SeriesFamily)key[0]);
        position = 1;
    }

    /// <summary>The dimension of the value.</summary>
    public int Dimension { get; private set; }

    /// <summary>Hash of the label's name.</summary>
    public ulong NameHash { get; private set; }

    /// <summary>The value.</summary>
    public ReadOnlySpan<byte> Text { get; private set; }

    /// <summary>The bytes of the key that hold the name; none where the dimension has a name of its own.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>Moves to the next label.</summary>
    public bool MoveNext()
    {
        if (next == names.Length)
        {
            return false;
        }

        Name = [];
        Dimension = next++;
        NameHash = names[Dimension];
        int at = position;
        if (Dimension >= globStart)
        {
            SeriesKeyCodec.TryReadValue(key, ref at, out _, out ReadOnlySpan<byte> name);
            Name = key[position..at];
            NameHash = ByteHash.Of(name);
            Dimension = next++;
        }

        SeriesKeyCodec.TryReadValue(key, ref at, out _, out ReadOnlySpan<byte> text);
        Text = key[(at - text.Length)..at];
        position = at;
        return true;
    }
}
