using System.Buffers.Binary;

namespace StreamSpanMetrics.Core.Otlp;

/// <summary>
/// Reads one protobuf message field by field, safely: the general reader behind the fast paths. A failed read leaves
/// <see cref="Problem"/> set; positions are relative to the record, so that problems name them. Not thread-safe.
/// </summary>
internal ref struct ProtoCursor
{
    /// <summary>Depth to which groups (a wire type that OTLP never uses) are followed: far more than any writer makes.</summary>
    private const int MaxGroupDepth = 64;

    private const int MaxVarintBytes = 10;
    private const int MaxUsualLengthShift = 14;
    private const uint MaxFieldNumber = (1u << 29) - 1;

    private readonly ReadOnlySpan<byte> record;
    private readonly int end;
    private readonly MessageShape shape;
    private int position;

    /// <summary>Opens the message in <paramref name="region"/> of <paramref name="record"/>.</summary>
    public ProtoCursor(ReadOnlySpan<byte> record, ValueSlice region, MessageShape shape)
    {
        this.record = record;
        this.shape = shape;
        position = region.Start;
        end = region.Start + region.Length;
    }

    /// <summary>Tag of the current field if it fits one byte, else 0 (such fields are of no interest here).</summary>
    public byte Tag { get; private set; }

    /// <summary>Content of the current field if it is length-delimited.</summary>
    public ValueSlice Content { get; private set; }

    /// <summary>Value of the current field if it is a varint or fixed.</summary>
    public ulong Number { get; private set; }

    /// <summary>What went wrong.</summary>
    public DecodeProblem Problem { get; private set; }

    /// <summary>Position behind the current field.</summary>
    public readonly int Position => position;

    /// <summary>Moves to the next field; false at the end and on a problem.</summary>
    public bool MoveNext() => TryMoveOverUsualField() || MoveNextOfAnyForm();

    /// <summary>The twin of <see cref="MoveNext"/> without its short cut.</summary>
    internal bool MoveNextOfAnyForm()
    {
        if (position >= end)
        {
            return false;
        }

        int start = position;
        if (!TryReadVarint(start, out ulong tag))
        {
            return false;
        }

        ulong number = tag >> 3;
        int wireType = (int)(tag & 7);
        if (number is 0 or > MaxFieldNumber)
        {
            return Fail(DecodeCause.IllegalFieldNumber, start);
        }

        if (!shape.Allows((uint)number, wireType))
        {
            return Fail(DecodeCause.WrongWireType, start);
        }

        Tag = tag <= byte.MaxValue ? (byte)tag : (byte)0;
        return TryReadContent(start, wireType, (uint)number);
    }

    /// <summary>A known length-delimited field, its length in at most three bytes; stays where it is before any other.</summary>
    private bool TryMoveOverUsualField()
    {
        int content = position + 2;
        if (content > end || !shape.IsLengthDelimited(record[position]))
        {
            return false;
        }

        int length = record[content - 1];
        for (int shift = 7; length >> shift != 0; shift += 7)
        {
            if (content == end || shift > MaxUsualLengthShift)
            {
                return false;
            }

            length += (record[content++] - 1) << shift;
        }

        if (length > end - content)
        {
            return false;
        }

        Tag = record[position];
        Content = new ValueSlice(content, length);
        position = content + length;
        return true;
    }

    private bool TryReadContent(int start, int wireType, uint number)
    {
        switch (wireType)
        {
            case OtlpTags.WireVarint:
                bool read = TryReadVarint(start, out ulong value);
                Number = value;
                return read;
            case OtlpTags.WireFixed64:
                return TryReadFixed(start, sizeof(ulong));
            case OtlpTags.WireFixed32:
                return TryReadFixed(start, sizeof(uint));
            case OtlpTags.WireLength:
                return TryReadLength(start);
            case OtlpTags.WireGroupStart:
                return TrySkipGroup(start, number);
            default:
                return Fail(DecodeCause.IllegalWireType, start);
        }
    }

    private bool TryReadFixed(int start, int bytes)
    {
        if (end - position < bytes)
        {
            return Fail(DecodeCause.Truncated, start);
        }

        ReadOnlySpan<byte> source = record.Slice(position, bytes);
        Number = bytes == sizeof(ulong) ? BinaryPrimitives.ReadUInt64LittleEndian(source) : BinaryPrimitives.ReadUInt32LittleEndian(source);
        position += bytes;
        return true;
    }

    private bool TryReadLength(int start)
    {
        if (!TryReadVarint(start, out ulong length))
        {
            return false;
        }

        if (length > (ulong)(end - position))
        {
            return Fail(DecodeCause.Truncated, start);
        }

        Content = new ValueSlice(position, (int)length);
        position += (int)length;
        return true;
    }

    private bool TrySkipGroup(int start, uint number)
    {
        Span<uint> open = stackalloc uint[MaxGroupDepth];
        int depth = 1;
        open[0] = number;
        while (depth > 0)
        {
            if (!TryReadVarint(start, out ulong tag))
            {
                return false;
            }

            ulong inner = tag >> 3;
            int wireType = (int)(tag & 7);
            if (inner is 0 or > MaxFieldNumber)
            {
                return Fail(DecodeCause.IllegalFieldNumber, start);
            }

            if (wireType == OtlpTags.WireGroupEnd)
            {
                if (open[--depth] != inner)
                {
                    return Fail(DecodeCause.IllegalWireType, start);
                }
            }
            else if (wireType == OtlpTags.WireGroupStart)
            {
                if (depth == MaxGroupDepth)
                {
                    return Fail(DecodeCause.IllegalWireType, start);
                }

                open[depth++] = (uint)inner;
            }
            else if (!TryReadContent(start, wireType, (uint)inner))
            {
                return false;
            }
        }

        return true;
    }

    private bool TryReadVarint(int start, out ulong value)
    {
        value = 0;
        for (int index = 0; index < MaxVarintBytes; index++)
        {
            if (position >= end)
            {
                return Fail(DecodeCause.Truncated, start);
            }

            byte next = record[position++];
            value |= (ulong)(next & 0x7F) << (7 * index);
            if (next < 0x80)
            {
                return true;
            }
        }

        return Fail(DecodeCause.VarintTooLong, start);
    }

    private bool Fail(DecodeCause cause, int at)
    {
        Problem = new DecodeProblem(cause, at);
        return false;
    }
}
