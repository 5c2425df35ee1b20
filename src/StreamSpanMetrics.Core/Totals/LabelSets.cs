using System.Text;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>
/// The values of each label in the live series of a resource, all families together: a label is its name, also where a pattern has found
/// it. Says which values of a new key are one too many.
/// </summary>
/// <remarks>Names and values are held by their 64-bit hashes: of a million values two are taken for one in one case of 37 million.</remarks>
internal sealed class LabelSets
{
    /// <summary>What stands for a value that is one too many, as in Tempo (max_cardinality_per_label).</summary>
    public const string OverflowValue = "__cardinality_overflow__";

    private static readonly byte[] OverflowText = Encoding.UTF8.GetBytes(OverflowValue);

    private readonly SeriesLayout layout;
    private readonly ulong[]?[] nameHashes;
    private readonly Dictionary<ulong, HashSet<ulong>> values = [];
    private byte[] key = new byte[256];
    private byte[] kinds = [];
    private int length;
    private int dimensions;

    public LabelSets(SeriesLayout layout)
    {
        this.layout = layout;
        nameHashes = new ulong[layout.FamilyCount][];
    }

    /// <summary>The key that <see cref="Replace"/> made.</summary>
    public ReadOnlySpan<byte> Key => key.AsSpan(0, length);

    /// <summary>Its kinds: a value that was replaced is text.</summary>
    public ReadOnlySpan<byte> Kinds => kinds.AsSpan(0, dimensions);

    /// <summary>Whether a value stands for others.</summary>
    public static bool IsOverflow(ReadOnlySpan<byte> text) => text.SequenceEqual(OverflowText);

    /// <summary>Forgets all values.</summary>
    public void Clear() => values.Clear();

    /// <summary>Adds the values of a normalised key, which is not that of an overflow series.</summary>
    public void Add(ReadOnlySpan<byte> normalised)
    {
        LabelReader labels = new(normalised, layout, NameHashes(normalised[0]));
        while (labels.MoveNext())
        {
            if (IsCounted(labels.Text))
            {
                Of(labels.NameHash).Add(ByteHash.Of(labels.Text));
            }
        }
    }

    /// <summary>Replaces the values of a new key that are neither known nor have room; false if there are none.</summary>
    /// <param name="normalised">The key.</param>
    /// <param name="ownKinds">Its kinds.</param>
    /// <param name="most">Most values of a label.</param>
    public bool Replace(ReadOnlySpan<byte> normalised, ReadOnlySpan<byte> ownKinds, int most)
    {
        int longest = normalised.Length + (ownKinds.Length * SeriesKeyCodec.MaxValueBytes(OverflowText.Length));
        key = key.Length < longest ? new byte[longest * 2] : key;
        kinds = kinds.Length < ownKinds.Length ? new byte[ownKinds.Length] : kinds;
        ownKinds.CopyTo(kinds);
        dimensions = ownKinds.Length;
        key[0] = normalised[0];
        length = 1;
        bool isReplaced = false;
        LabelReader labels = new(normalised, layout, NameHashes(normalised[0]));
        while (labels.MoveNext())
        {
            bool isTooMany = IsCounted(labels.Text) && IsFull(labels.NameHash, labels.Text, most);
            if (isTooMany)
            {
                kinds[labels.Dimension] = (byte)ValueKind.String;
                isReplaced = true;
            }

            // The name that a pattern found stands before its value.
            Write(labels.Name);
            length += SeriesKeyCodec.WriteValue(key.AsSpan(length), ValueKind.Absent, isTooMany ? OverflowText : labels.Text);
        }

        return isReplaced;
    }

    private static bool IsCounted(ReadOnlySpan<byte> text) => !text.IsEmpty && !IsOverflow(text);

    private void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(key.AsSpan(length));
        length += bytes.Length;
    }

    private bool IsFull(ulong name, ReadOnlySpan<byte> text, int most)
    {
        HashSet<ulong> known = Of(name);
        return known.Count >= most && !known.Contains(ByteHash.Of(text));
    }

    private HashSet<ulong> Of(ulong name)
    {
        if (!values.TryGetValue(name, out HashSet<ulong>? known))
        {
            known = [];
            values.Add(name, known);
        }

        return known;
    }

    private ulong[] NameHashes(byte family)
    {
        ulong[]? known = nameHashes[family];
        if (known is null)
        {
            ReadOnlySpan<string> names = layout.Names((SeriesFamily)family);
            known = new ulong[names.Length];
            for (int dimension = 0; dimension < known.Length; dimension++)
            {
                known[dimension] = ByteHash.Of(Encoding.UTF8.GetBytes(names[dimension]));
            }

            nameHashes[family] = known;
        }

        return known;
    }
}
