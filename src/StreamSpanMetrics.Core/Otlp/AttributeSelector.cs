using System.Runtime.CompilerServices;
using System.Text;

namespace StreamSpanMetrics.Core.Otlp;

/// <summary>
/// A fixed set of attribute names that a reader looks for. Attributes with other names are passed over by length alone. Immutable.
/// </summary>
public sealed class AttributeSelector
{
    /// <summary>Names longer than this share one bit of <see cref="lengthMask"/>.</summary>
    private const int LongNameBit = 63;

    private readonly byte[][] names;
    private readonly ulong lengthMask;

    /// <summary>Selects <paramref name="names"/>; the place of a name is its index in every result.</summary>
    public AttributeSelector(IReadOnlyList<string> names)
    {
        this.names = new byte[names.Count][];
        for (int index = 0; index < names.Count; index++)
        {
            this.names[index] = Encoding.UTF8.GetBytes(names[index]);
            lengthMask |= LengthBit(this.names[index].Length);
        }
    }

    /// <summary>Number of names.</summary>
    public int Count => names.Length;

    /// <summary>Whether a name of this length can be among the selected. Cheap and often false.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool MayHaveLength(int nameLength) => (lengthMask & LengthBit(nameLength)) != 0;

    /// <summary>
    /// Notes <paramref name="value"/> under the index of <paramref name="name"/>. The first attribute of a name counts, as in the
    /// Collector's Map.Get (pdata/pcommon/map.go).
    /// </summary>
    internal void Note(ReadOnlySpan<byte> name, ValueSlice value, ValueSlice[] values)
    {
        for (int index = 0; index < names.Length; index++)
        {
            if (name.SequenceEqual(names[index]) && !values[index].IsPresent)
            {
                values[index] = value;
                return;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong LengthBit(int length) => 1UL << (length < LongNameBit ? length : LongNameBit);
}
