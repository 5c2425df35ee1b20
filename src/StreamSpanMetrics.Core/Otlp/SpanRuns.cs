using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace StreamSpanMetrics.Core.Otlp;

/// <summary>
/// The fields that nearly every span has, several at a time: attributes, the numbers, the ids, each in the order of the Collector and
/// in that of SDKs. What looks different is left where it is, for <see cref="SpanReader"/> to read field by field.
/// </summary>
internal static class SpanRuns
{
    /// <summary>Tag and length of a field, then those of its first part.</summary>
    private const int HeadBytes = 4;

    /// <summary>Both tags, and the high bits of both lengths: lengths of one byte only.</summary>
    private const uint HeadMask = 0x80FF80FF;

    private const uint KeyFirst = OtlpTags.SpanAttributes | (OtlpTags.KeyValueKey << 16);
    private const uint ValueFirst = OtlpTags.SpanAttributes | (OtlpTags.KeyValueValue << 16);

    private const int KindBytes = 2;
    private const int TimeBytes = 9;
    private const int NumbersBytes = KindBytes + TimeBytes + TimeBytes;
    private const int Continuation = 0x80;

    private const int SpanIdField = 2 + OtlpTags.SpanIdBytes;
    private const int TraceIdField = 2 + OtlpTags.TraceIdBytes;
    private const int IdsBytes = TraceIdField + SpanIdField + SpanIdField;
    private const int TraceIdHead = OtlpTags.SpanTraceId | (OtlpTags.TraceIdBytes << 8);
    private const int SpanIdHead = OtlpTags.SpanSpanId | (OtlpTags.SpanIdBytes << 8);
    private const int ParentHead = OtlpTags.SpanParentSpanId | (OtlpTags.SpanIdBytes << 8);

    /// <summary>
    /// Finds key and value of the attribute at <paramref name="position"/>, and where it ends; false if it does not look as usual.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryAttribute(ref byte data, int position, int end, out ValueSlice key, out ValueSlice value, out int next)
    {
        key = ValueSlice.Absent;
        value = ValueSlice.Absent;
        next = position;
        if (end - position < HeadBytes)
        {
            return false;
        }

        uint head = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref data, position));
        uint form = head & HeadMask;
        int length = (int)(head >> 8) & 0xFF;
        int first = (int)(head >> 24);
        int second = length - HeadBytes - first;
        if ((form != ValueFirst && form != KeyFirst) || second < 0 || length > end - position - 2)
        {
            return false;
        }

        // The parts fill the attribute to its end: so the second part's length is known, and only to be compared.
        int middle = position + HeadBytes + first;
        if (Half(ref data, middle) != ((second << 8) | (form == ValueFirst ? OtlpTags.KeyValueKey : OtlpTags.KeyValueValue)))
        {
            return false;
        }

        next = position + 2 + length;
        ValueSlice before = new(position + HeadBytes, first);
        ValueSlice behind = new(middle + 2, second);
        (key, value) = form == ValueFirst ? (behind, before) : (before, behind);
        return true;
    }

    /// <summary>Reads what stands at <paramref name="position"/> as long as it looks as usual, and returns where that ends.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Skip(ref byte data, int position, int end, SpanView view)
    {
        position = Attributes(ref data, position, end, view);
        position = Numbers(ref data, position, end, view);
        return Ids(ref data, position, end, view);
    }

    /// <summary>
    /// Passes over numbers and ids at <paramref name="position"/>, if these are there and look as usual. Notes nothing: for a second look at a
    /// span whose fields are known.
    /// </summary>
    public static int SkipOthers(ref byte data, int position, int end)
    {
        position += HasNumbers(ref data, position, end, out _, out _, out _) ? NumbersBytes : 0;
        return position + (HasIds(ref data, position, end, out _) ? IdsBytes : 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Attributes(ref byte data, int position, int end, SpanView view)
    {
        AttributeSelector selector = view.Selector;
        while (TryAttribute(ref data, position, end, out ValueSlice key, out ValueSlice value, out int next))
        {
            // Before a key stands its head, so that four bytes can be read however short it is.
            int keyEnd = key.Start + key.Length;
            if (selector.MayHave(key.Length, Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref data, keyEnd - sizeof(uint)))))
            {
                selector.Note(MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref data, key.Start), key.Length), value, view.Values);
            }

            position = next;
        }

        return position;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Numbers(ref byte data, int position, int end, SpanView view)
    {
        if (!HasNumbers(ref data, position, end, out int kind, out int start, out int finish))
        {
            return position;
        }

        view.Kind = At(ref data, kind + 1);
        view.StartNanos = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref data, start + 1));
        view.EndNanos = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref data, finish + 1));
        return position + NumbersBytes;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool HasNumbers(ref byte data, int position, int end, out int kind, out int start, out int finish)
    {
        kind = position;
        start = position;
        finish = position;
        if (end - position < NumbersBytes)
        {
            return false;
        }

        if (At(ref data, position) == OtlpTags.SpanEndTime)
        {
            (start, kind) = (position + TimeBytes, position + TimeBytes + TimeBytes);
        }
        else
        {
            (start, finish) = (position + KindBytes, position + KindBytes + TimeBytes);
        }

        return At(ref data, finish) == OtlpTags.SpanEndTime && At(ref data, start) == OtlpTags.SpanStartTime
            && At(ref data, kind) == OtlpTags.SpanKind && At(ref data, kind + 1) < Continuation;
    }

    /// <summary>
    /// Ids have no meaning here, only a length, and a place for who wants it. Roots lack the parent, which is looked for by itself.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Ids(ref byte data, int position, int end, SpanView view)
    {
        if (!HasIds(ref data, position, end, out bool descending))
        {
            return position;
        }

        if (view.WantsIds)
        {
            view.TraceId = new ValueSlice(position + (descending ? SpanIdField + SpanIdField : 0) + 2, OtlpTags.TraceIdBytes);
            view.SpanId = new ValueSlice(position + (descending ? SpanIdField : TraceIdField) + 2, OtlpTags.SpanIdBytes);
        }

        return position + IdsBytes;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool HasIds(ref byte data, int position, int end, out bool descending)
    {
        descending = false;
        if (end - position < IdsBytes)
        {
            return false;
        }

        descending = Half(ref data, position) == ParentHead
            && Half(ref data, position + SpanIdField) == SpanIdHead
            && Half(ref data, position + SpanIdField + SpanIdField) == TraceIdHead;
        bool ascending = Half(ref data, position) == TraceIdHead
            && Half(ref data, position + TraceIdField) == SpanIdHead
            && Half(ref data, position + TraceIdField + SpanIdField) == ParentHead;
        return descending || ascending;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Half(ref byte data, int index) => Unsafe.ReadUnaligned<ushort>(ref Unsafe.Add(ref data, index));

    // Callers have compared the index with the region's end, and TraceReader the region with the record.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte At(ref byte data, int index) => Unsafe.Add(ref data, index);
}
