using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Deltas;

/// <summary>
/// Reads and writes the <c>keys</c> column of <see cref="SeriesColumns"/>: keys one behind the other, each preceded by its
/// length; a key is one byte of <see cref="SeriesFamily"/> and, for every dimension, a varint of
/// (text length &lt;&lt; 3 | <see cref="ValueKind"/>) and the text (schemas/streamspanmetrics/v1/series.proto).
/// </summary>
/// <remarks>
/// The identity of a series is the text of its values: <see cref="TryNormalise"/> takes the kinds out, so that two keys that
/// differ in kinds only become the same bytes. Nothing here throws on malformed input.
/// </remarks>
public static class SeriesKeyCodec
{
    /// <summary>Bytes of the longest varint.</summary>
    public const int MaxVarintBytes = 10;

    private const int KindBits = 3;
    private const int KindMask = (1 << KindBits) - 1;

    /// <summary>Most bytes that one value of <paramref name="textBytes"/> bytes of text can take in a key.</summary>
    public static int MaxValueBytes(int textBytes) => MaxVarintBytes + textBytes;

    /// <summary>Writes <paramref name="value"/> as a varint and returns its length, 1 to <see cref="MaxVarintBytes"/>.</summary>
    /// <param name="destination">Large enough for the varint.</param>
    /// <param name="value">The number.</param>
    public static int WriteVarint(Span<byte> destination, ulong value)
    {
        int length = 0;
        while (value >= 0x80)
        {
            destination[length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        destination[length++] = (byte)value;
        return length;
    }

    /// <summary>Reads a varint at <paramref name="position"/> and moves behind it; a truncated or overlong one moves nothing.</summary>
    public static bool TryReadVarint(ReadOnlySpan<byte> bytes, ref int position, out ulong value)
    {
        value = 0;
        int at = position;
        for (int shift = 0; shift < 64; shift += 7)
        {
            if ((uint)at >= (uint)bytes.Length)
            {
                return false;
            }

            byte next = bytes[at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                position = at;
                return shift < 63 || next <= 1;
            }
        }

        return false;
    }

    /// <summary>Writes one value of a key and returns its length. An empty text is written as absent (P-5).</summary>
    /// <param name="destination">At least <see cref="MaxValueBytes"/> long.</param>
    /// <param name="kind">Kind of the value in the span.</param>
    /// <param name="text">UTF-8 text of the value.</param>
    public static int WriteValue(Span<byte> destination, ValueKind kind, ReadOnlySpan<byte> text)
    {
        ulong kindBits = text.IsEmpty ? 0UL : (ulong)kind & KindMask;
        int length = WriteVarint(destination, ((ulong)text.Length << KindBits) | kindBits);
        text.CopyTo(destination[length..]);
        return length + text.Length;
    }

    /// <summary>
    /// Reads the next key of a <c>keys</c> column and moves behind it; false at the end or where the column is malformed.
    /// </summary>
    /// <param name="keys">The column.</param>
    /// <param name="position">Where the key's length starts; the end of the column when all keys are read.</param>
    /// <param name="key">The key without its length, a view into <paramref name="keys"/>.</param>
    public static bool TryReadKey(ReadOnlySpan<byte> keys, ref int position, out ReadOnlySpan<byte> key)
    {
        key = default;
        int at = position;
        if (!TryReadVarint(keys, ref at, out ulong length) || length == 0 || length > (ulong)(keys.Length - at))
        {
            return false;
        }

        key = keys.Slice(at, (int)length);
        position = at + (int)length;
        return true;
    }

    /// <summary>The family of a key that is not empty.</summary>
    public static SeriesFamily Family(ReadOnlySpan<byte> key) => (SeriesFamily)key[0];

    /// <summary>
    /// Whether a normalised key is that of an overflow series: the family alone, which no other series of a family with dimensions has.
    /// </summary>
    public static bool IsOverflow(ReadOnlySpan<byte> normalised, int dimensions) => normalised.Length == 1 && dimensions > 0;

    /// <summary>Reads the next value of a key and moves behind it; false at the end or where the key is malformed.</summary>
    /// <param name="key">A key, with or without kinds.</param>
    /// <param name="position">1 for the first value.</param>
    /// <param name="kind">The value's kind; <see cref="ValueKind.Absent"/> in a normalised key.</param>
    /// <param name="text">UTF-8 text, a view into <paramref name="key"/>; empty means absent.</param>
    public static bool TryReadValue(ReadOnlySpan<byte> key, ref int position, out ValueKind kind, out ReadOnlySpan<byte> text)
    {
        kind = ValueKind.Absent;
        text = default;
        int at = position;
        if (!TryReadVarint(key, ref at, out ulong header))
        {
            return false;
        }

        ulong length = header >> KindBits;
        if (length > (ulong)(key.Length - at))
        {
            return false;
        }

        kind = (ValueKind)(int)(header & KindMask);
        text = key.Slice(at, (int)length);
        position = at + (int)length;
        return true;
    }

    /// <summary>
    /// Splits a key into the bytes that identify the series (the key with every kind zero) and the kinds.
    /// False if the key is malformed, has another number of values, or a kind that this format does not know.
    /// </summary>
    /// <param name="key">A key from a <c>keys</c> column.</param>
    /// <param name="normalised">At least as long as the key.</param>
    /// <param name="kinds">One entry per dimension of the key's family.</param>
    /// <param name="length">Bytes written to <paramref name="normalised"/>.</param>
    public static bool TryNormalise(ReadOnlySpan<byte> key, Span<byte> normalised, Span<byte> kinds, out int length)
    {
        normalised[0] = key[0];
        length = 1;
        int position = 1;
        for (int dimension = 0; dimension < kinds.Length; dimension++)
        {
            if (!TryReadValue(key, ref position, out ValueKind kind, out ReadOnlySpan<byte> text) || kind > ValueKind.Double)
            {
                return false;
            }

            bool hasText = !text.IsEmpty;
            if (hasText && kind == ValueKind.Absent)
            {
                return false;
            }

            kinds[dimension] = hasText ? (byte)kind : (byte)ValueKind.Absent;
            int written = WriteVarint(normalised[length..], (ulong)text.Length << KindBits);
            text.CopyTo(normalised[(length + written)..]);
            length += written + text.Length;
        }

        return position == key.Length;
    }

    /// <summary>The opposite of <see cref="TryNormalise"/>: writes the key with its kinds and returns its length.</summary>
    /// <param name="destination">At least as long as <paramref name="normalised"/>.</param>
    /// <param name="normalised">A normalised key.</param>
    /// <param name="kinds">One entry per dimension.</param>
    public static int WriteKey(Span<byte> destination, ReadOnlySpan<byte> normalised, ReadOnlySpan<byte> kinds)
    {
        destination[0] = normalised[0];
        int length = 1;
        int position = 1;
        foreach (byte kind in kinds)
        {
            TryReadValue(normalised, ref position, out _, out ReadOnlySpan<byte> text);
            length += WriteValue(destination[length..], (ValueKind)kind, text);
        }

        return length;
    }
}
