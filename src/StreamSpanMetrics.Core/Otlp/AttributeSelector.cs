using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;

namespace StreamSpanMetrics.Core.Otlp;

/// <summary>
/// A fixed set of attribute names that a reader looks for. Attributes with other names are passed over by length, or by length and last
/// eight bytes, nearly always. Immutable.
/// </summary>
public sealed class AttributeSelector
{
    /// <summary>Names of this length and longer are one class.</summary>
    private const int LongName = 63;

    /// <summary>With a handful of names, one attribute in a hundred is looked at in vain.</summary>
    private const int FilterBits = 9;

    /// <summary>Selected names, those of one length side by side.</summary>
    private readonly Candidate[] candidates;

    /// <summary>By length where its candidates start; behind the last length, their end.</summary>
    private readonly int[] startByLength = new int[LongName + 2];

    private readonly ulong lengthMask;

    /// <summary>By a hash of length and last four bytes whether a selected name has it.</summary>
    private readonly bool[] filter = new bool[1 << FilterBits];

    /// <summary>Selects <paramref name="names"/>; the place of a name is its index in every result.</summary>
    public AttributeSelector(IReadOnlyList<string> names)
    {
        candidates = new Candidate[names.Count];
        int filled = 0;
        for (int length = 0; length <= LongName; length++)
        {
            startByLength[length] = filled;
            for (int index = 0; index < names.Count; index++)
            {
                byte[] name = Encoding.UTF8.GetBytes(names[index]);
                if (Class(name.Length) == length)
                {
                    candidates[filled++] = new Candidate(index, Tail(name), name);
                    lengthMask |= 1UL << length;
                    filter[FilterIndex(name.Length, FilterTail(name))] = true;
                }
            }
        }

        startByLength[LongName + 1] = filled;
    }

    /// <summary>Number of names.</summary>
    public int Count => candidates.Length;

    /// <summary>Whether a name of this length can be among the selected. Cheap and often false.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool MayHaveLength(int nameLength) => (lengthMask & (1UL << Class(nameLength))) != 0;

    /// <summary>
    /// Whether a name of this length whose last four bytes are <paramref name="tail"/> can be among the selected; for shorter names the
    /// tail does not matter.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool MayHave(int nameLength, uint tail) => filter[FilterIndex(nameLength, tail)];

    /// <summary>
    /// Notes <paramref name="value"/> under the index of <paramref name="name"/>. The first attribute of a name counts, as in the
    /// Collector's Map.Get (pdata/pcommon/map.go).
    /// </summary>
    internal void Note(ReadOnlySpan<byte> name, ValueSlice value, ValueSlice[] values)
    {
        int length = Class(name.Length);
        int end = startByLength[length + 1];
        ulong tail = Tail(name);
        for (int position = startByLength[length]; position < end; position++)
        {
            ref Candidate candidate = ref candidates[position];
            if (candidate.Tail == tail && name.SequenceEqual(candidate.Name) && !values[candidate.Index].IsPresent)
            {
                values[candidate.Index] = value;
                return;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Class(int length) => length < LongName ? length : LongName;

    /// <summary>The last eight bytes as a number: where names of one length differ most. 0 for shorter names.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Tail(ReadOnlySpan<byte> name) =>
        name.Length < sizeof(ulong) ? 0 : BinaryPrimitives.ReadUInt64LittleEndian(name[^sizeof(ulong)..]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int FilterIndex(int length, uint tail)
    {
        // Odd numbers with about as many ones as zeros; any such numbers do.
        uint known = length < sizeof(uint) ? 0 : tail;
        return (int)(((known + ((uint)length * 0x85EBCA6B)) * 0x9E3779B1) >> (32 - FilterBits));
    }

    private static uint FilterTail(byte[] name) =>
        name.Length < sizeof(uint) ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(name.AsSpan(name.Length - sizeof(uint)));

    private readonly record struct Candidate(int Index, ulong Tail, byte[] Name);
}
