using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace StreamSpanMetrics.Core.Otlp;

/// <summary>
/// The fast path over one span message, as every OTLP writer makes it: one-byte tags, short lengths, attributes of exactly one key
/// and one value in either order. On anything else it gives up without having read past the region, and
/// <see cref="SlowSpanReader"/> reads the span again.
/// </summary>
internal static class SpanReader
{
    private const int Continuation = 0x80;
    private const int FlagsFieldBytes = 6;
    private const int FixedFieldBytes = 9;
    private const int SmallestAttributeBytes = 4;

    /// <summary>Reads the span in <paramref name="region"/>; false where the slow reader has to look.</summary>
    public static bool TryRead(ReadOnlySpan<byte> record, ValueSlice region, SpanView view)
    {
        ref byte data = ref MemoryMarshal.GetReference(record);
        int position = region.Start;
        int end = region.Start + region.Length;
        while (true)
        {
            position = SpanRuns.Skip(ref data, position, end, view);
            if (end - position < 2)
            {
                return position == end;
            }

            byte tag = At(ref data, position);
            int content = position + 2;
            if ((tag & 7) != OtlpTags.WireLength)
            {
                position = ReadScalar(ref data, tag, position, end, view);
            }
            else
            {
                int length = At(ref data, position + 1);
                if (length >= Continuation)
                {
                    if (content >= end || At(ref data, content) >= Continuation)
                    {
                        return false;
                    }

                    length = (length & 0x7F) | (At(ref data, content) << 7);
                    content++;
                }

                position = length > end - content || !ReadField(ref data, tag, content, length, view) ? -1 : content + length;
            }

            if (position < 0)
            {
                return false;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool ReadField(ref byte data, byte tag, int content, int length, SpanView view)
    {
        switch (tag)
        {
            case OtlpTags.SpanAttributes:
                return ReadAttribute(ref data, content, length, view);
            case OtlpTags.SpanName:
                view.Name = new ValueSlice(content, length);
                return true;
            case OtlpTags.SpanTraceId:
                view.TraceId = new ValueSlice(content, length);
                return length is OtlpTags.TraceIdBytes or 0;
            case OtlpTags.SpanSpanId:
                view.SpanId = new ValueSlice(content, length);
                return length is OtlpTags.SpanIdBytes or 0;
            case OtlpTags.SpanParentSpanId:
                return length is OtlpTags.SpanIdBytes or 0;
            case OtlpTags.SpanStatus:
                return ReadStatus(ref data, content, length, view);
            case OtlpTags.SpanEvents:
                if (view.WantsEvents)
                {
                    view.AddEvent(new ValueSlice(content, length));
                }

                return true;
            case OtlpTags.SpanTraceState:
                view.TraceState = new ValueSlice(content, length);
                return true;
            case OtlpTags.SpanLinks:
                return true;
            default:
                return false;
        }
    }

    private static bool ReadAttribute(ref byte data, int content, int length, SpanView view)
    {
        int end = content + length;
        if (length < SmallestAttributeBytes)
        {
            return false;
        }

        int keyStart;
        int keyLength;
        ValueSlice value;
        if (At(ref data, content) == OtlpTags.KeyValueValue)
        {
            // The Collector's own writer goes backwards: value before key.
            value = ReadValue(ref data, content, end);
            int key = value.Start + value.Length;
            if (!value.IsPresent || end - key < 2 || At(ref data, key) != OtlpTags.KeyValueKey)
            {
                return false;
            }

            keyStart = key + 2;
            keyLength = At(ref data, key + 1);
            if (keyLength >= Continuation || keyLength != end - keyStart)
            {
                return false;
            }
        }
        else
        {
            keyStart = content + 2;
            keyLength = At(ref data, content + 1);
            int valueTag = keyStart + keyLength;
            if (At(ref data, content) != OtlpTags.KeyValueKey || keyLength >= Continuation || end - valueTag < 2
                || At(ref data, valueTag) != OtlpTags.KeyValueValue)
            {
                return false;
            }

            value = ReadValue(ref data, valueTag, end);
            if (value.Start + value.Length != end)
            {
                return false;
            }
        }

        if (view.Selector.MayHaveLength(keyLength))
        {
            view.Selector.Note(MemoryMarshal.CreateReadOnlySpan(ref Unsafe.Add(ref data, keyStart), keyLength), value, view.Values);
        }

        return true;
    }

    /// <summary>
    /// The region behind the tag at <paramref name="tag"/>, inside <paramref name="end"/>; absent if its length is unusual.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ValueSlice ReadValue(ref byte data, int tag, int end)
    {
        int length = At(ref data, tag + 1);
        int start = tag + 2;
        if (length >= Continuation)
        {
            if (start >= end || At(ref data, start) >= Continuation)
            {
                return ValueSlice.Absent;
            }

            length = (length & 0x7F) | (At(ref data, start) << 7);
            start++;
        }

        return length > end - start ? ValueSlice.Absent : new ValueSlice(start, length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool ReadStatus(ref byte data, int content, int length, SpanView view)
    {
        if (length == 2 && At(ref data, content) == OtlpTags.StatusCode && At(ref data, content + 1) < Continuation)
        {
            view.StatusCode = At(ref data, content + 1);
            return true;
        }

        return length == 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ReadScalar(ref byte data, byte tag, int position, int end, SpanView view)
    {
        switch (tag)
        {
            case OtlpTags.SpanStartTime or OtlpTags.SpanEndTime:
                if (end - position < FixedFieldBytes)
                {
                    return -1;
                }

                ulong nanos = Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref data, position + 1));
                if (tag == OtlpTags.SpanStartTime)
                {
                    view.StartNanos = nanos;
                }
                else
                {
                    view.EndNanos = nanos;
                }

                return position + FixedFieldBytes;
            case OtlpTags.SpanKind:
                view.Kind = At(ref data, position + 1);
                return view.Kind < Continuation ? position + 2 : -1;
            case OtlpTags.SpanDroppedAttributes or OtlpTags.SpanDroppedEvents or OtlpTags.SpanDroppedLinks:
                return At(ref data, position + 1) < Continuation ? position + 2 : -1;
            case ((OtlpTags.SpanFlagsNumber << 3) & 0x7F) | OtlpTags.WireFixed32 | Continuation:
                return At(ref data, position + 1) == OtlpTags.SpanFlagsNumber >> 4 && end - position >= FlagsFieldBytes
                    ? position + FlagsFieldBytes
                    : -1;
            default:
                return -1;
        }
    }

    // Callers have compared the index with the region's end, and TraceReader the region with the record.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte At(ref byte data, int index) => Unsafe.Add(ref data, index);
}
