using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace StreamSpanMetrics.Core.Otlp;

/// <summary>
/// Turns an AnyValue into the text that the Collector prints for it (pdata/pcommon/value.go, AsString). Called once for each new
/// series, not for each span. Data problems are counted, never thrown. Not thread-safe (it owns scratch space).
/// </summary>
public sealed class AnyValueText
{
    /// <summary>Deeper values are cut with <c>…</c>: rendering is the only place where nesting matters.</summary>
    public const int MaxDepth = 64;

    private readonly TextCounters counters;
    private readonly ArrayBufferWriter<byte> scratch = new();

    /// <summary>Counts what it mends in <paramref name="counters"/>.</summary>
    public AnyValueText(TextCounters counters) => this.counters = counters;

    /// <summary>Appends the text of the AnyValue <paramref name="value"/> and returns its kind; nothing for an absent one.</summary>
    public TextKind Write(ReadOnlySpan<byte> value, IBufferWriter<byte> output)
    {
        if (!TryFindMember(value, out byte tag, out ValueSlice content, out ulong number))
        {
            counters.Malformed++;
            return TextKind.Absent;
        }

        switch (tag)
        {
            case OtlpTags.AnyValueString:
                counters.InvalidUtf8 += Utf8Text.Write(content.In(value), output) ? 1 : 0;
                return content.Length == 0 ? TextKind.Absent : TextKind.String;
            case OtlpTags.AnyValueBool:
                output.Write(number != 0 ? "true"u8 : "false"u8);
                return TextKind.Bool;
            case OtlpTags.AnyValueInt:
                WriteInteger((long)number, output);
                return TextKind.Int;
            case OtlpTags.AnyValueDouble:
                DoubleText.Write(BitConverter.UInt64BitsToDouble(number), output);
                return TextKind.Double;
            case OtlpTags.AnyValueArray or OtlpTags.AnyValueMap:
                return WriteNested(value, output);
            case OtlpTags.AnyValueBytes:
                WriteBase64(content.In(value), output);
                return content.Length == 0 ? TextKind.Absent : TextKind.String;
            default:
                return TextKind.Absent;
        }
    }

    /// <summary>Appends <paramref name="text"/> with invalid UTF-8 mended and counted.</summary>
    public void WriteText(ReadOnlySpan<byte> text, IBufferWriter<byte> output) =>
        counters.InvalidUtf8 += Utf8Text.Write(text, output) ? 1 : 0;

    /// <summary>
    /// The beginning of <paramref name="text"/>, cut between characters and counted if it is longer than <paramref name="maxBytes"/>.
    /// </summary>
    public ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> text, int maxBytes)
    {
        counters.TooLong += text.Length > maxBytes ? 1 : 0;
        return Utf8Text.Cut(text, maxBytes);
    }

    /// <summary>Whether the AnyValue <paramref name="value"/> is a string, not merely shown as one.</summary>
    public static bool IsString(ReadOnlySpan<byte> value) =>
        TryFindMember(value, out byte tag, out _, out _) && tag == OtlpTags.AnyValueString;

    /// <summary>Whether the AnyValue <paramref name="value"/> sets a member of its oneof; a malformed one counts as if.</summary>
    internal static bool HasMember(ReadOnlySpan<byte> value) => !TryFindMember(value, out byte tag, out _, out _) || tag != 0;

    private TextKind WriteNested(ReadOnlySpan<byte> value, IBufferWriter<byte> output)
    {
        scratch.ResetWrittenCount();
        if (!WriteJson(value, scratch, 1))
        {
            // Go's JSON has no NaN and no infinity: AsString is empty then.
            return TextKind.Absent;
        }

        output.Write(scratch.WrittenSpan);
        return TextKind.String;
    }

    /// <summary>Appends the JSON form; false if it has none.</summary>
    private bool WriteJson(ReadOnlySpan<byte> value, IBufferWriter<byte> output, int depth)
    {
        if (!TryFindMember(value, out byte tag, out ValueSlice content, out ulong number))
        {
            counters.Malformed++;
            return false;
        }

        switch (tag)
        {
            case OtlpTags.AnyValueString:
                counters.InvalidUtf8 += JsonText.WriteString(content.In(value), output) ? 1 : 0;
                return true;
            case OtlpTags.AnyValueBool:
                output.Write(number != 0 ? "true"u8 : "false"u8);
                return true;
            case OtlpTags.AnyValueInt:
                WriteInteger((long)number, output);
                return true;
            case OtlpTags.AnyValueDouble:
                DoubleText.Write(BitConverter.UInt64BitsToDouble(number), output);
                return double.IsFinite(BitConverter.UInt64BitsToDouble(number));
            case OtlpTags.AnyValueBytes:
                output.Write("\""u8);
                WriteBase64(content.In(value), output);
                output.Write("\""u8);
                return true;
            case OtlpTags.AnyValueArray or OtlpTags.AnyValueMap when depth > MaxDepth:
                counters.TooDeep++;
                output.Write("\"…\""u8);
                return true;
            case OtlpTags.AnyValueArray:
                return WriteArray(content.In(value), output, depth);
            case OtlpTags.AnyValueMap:
                return WriteMap(content.In(value), output, depth);
            default:
                output.Write("null"u8);
                return true;
        }
    }

    private bool WriteArray(ReadOnlySpan<byte> array, IBufferWriter<byte> output, int depth)
    {
        output.Write("["u8);
        ProtoCursor cursor = new(array, new ValueSlice(0, array.Length), MessageShape.List);
        bool first = true;
        while (cursor.MoveNext())
        {
            if (cursor.Tag != OtlpTags.ListValues)
            {
                continue;
            }

            output.Write(first ? ""u8 : ","u8);
            first = false;
            if (!WriteJson(cursor.Content.In(array), output, depth + 1))
            {
                return false;
            }
        }

        output.Write("]"u8);
        return IsWhole(cursor.Problem);
    }

    private bool WriteMap(ReadOnlySpan<byte> map, IBufferWriter<byte> output, int depth)
    {
        // Keys in byte order, the last value of a key counts: the map goes through a Go map there.
        SortedDictionary<string, ValueSlice> members = new(StringComparer.Ordinal);
        ProtoCursor cursor = new(map, new ValueSlice(0, map.Length), MessageShape.List);
        while (cursor.MoveNext())
        {
            if (cursor.Tag == OtlpTags.ListValues)
            {
                DecodeProblem problem = SlowSpanReader.ReadKeyValue(map, cursor.Content, out ValueSlice key, out ValueSlice value);
                if (problem.Exists)
                {
                    counters.Malformed++;
                    return false;
                }

                // Latin-1 keeps the bytes apart and in order, whatever they mean.
                members[Encoding.Latin1.GetString(key.In(map))] = value;
            }
        }

        output.Write("{"u8);
        bool first = true;
        foreach ((string key, ValueSlice value) in members)
        {
            output.Write(first ? ""u8 : ","u8);
            first = false;
            counters.InvalidUtf8 += JsonText.WriteString(Encoding.Latin1.GetBytes(key), output) ? 1 : 0;
            output.Write(":"u8);
            if (!WriteJson(value.In(map), output, depth + 1))
            {
                return false;
            }
        }

        output.Write("}"u8);
        return IsWhole(cursor.Problem);
    }

    private bool IsWhole(DecodeProblem problem)
    {
        counters.Malformed += problem.Exists ? 1 : 0;
        return !problem.Exists;
    }

    /// <summary>Finds the member of the oneof that is set, the last one if several are; tag 0 if none. False if malformed.</summary>
    internal static bool TryFindMember(ReadOnlySpan<byte> value, out byte tag, out ValueSlice content, out ulong number)
    {
        tag = 0;
        content = default;
        number = 0;
        ProtoCursor cursor = new(value, new ValueSlice(0, value.Length), MessageShape.AnyValue);
        while (cursor.MoveNext())
        {
            if (cursor.Tag is OtlpTags.AnyValueString or OtlpTags.AnyValueBool or OtlpTags.AnyValueInt or OtlpTags.AnyValueDouble
                or OtlpTags.AnyValueArray or OtlpTags.AnyValueMap or OtlpTags.AnyValueBytes or OtlpTags.AnyValueStringIndex)
            {
                tag = cursor.Tag;
                content = cursor.Content;
                number = cursor.Number;
            }
        }

        return !cursor.Problem.Exists;
    }

    private static void WriteInteger(long number, IBufferWriter<byte> output)
    {
        Span<byte> target = output.GetSpan(20);
        number.TryFormat(target, out int written, default, CultureInfo.InvariantCulture);
        output.Advance(written);
    }

    private static void WriteBase64(ReadOnlySpan<byte> bytes, IBufferWriter<byte> output)
    {
        Span<byte> target = output.GetSpan(Base64.GetMaxEncodedToUtf8Length(bytes.Length));
        Base64.EncodeToUtf8(bytes, target, out _, out int written);
        output.Advance(written);
    }
}
