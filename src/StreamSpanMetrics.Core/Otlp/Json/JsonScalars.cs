using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace StreamSpanMetrics.Core.Otlp.Json;

/// <summary>
/// Reads a value that is neither object nor list and writes its field, by the rules of the Collector (pdata/internal/json/iterator.go,
/// bytesid.go): numbers may stand in strings, integers are exact and have no fraction and no exponent, names of enumerations have to be
/// known. Values of zero are written too: they may follow others of the same field. Not thread-safe.
/// </summary>
internal sealed class JsonScalars(ProtoWriter output)
{
    private const NumberStyles DoubleStyles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    /// <summary>Reads the value that comes next, not null, and writes <paramref name="field"/>.</summary>
    public bool TryWrite(ref JsonScanner scanner, JsonField field)
    {
        switch (field.Kind)
        {
            case JsonFieldKind.Text or JsonFieldKind.Texts:
                return TryWriteText(ref scanner, field);
            case JsonFieldKind.TraceId:
                return TryWriteId(ref scanner, field, OtlpTags.TraceIdBytes);
            case JsonFieldKind.SpanId:
                return TryWriteId(ref scanner, field, OtlpTags.SpanIdBytes);
            case JsonFieldKind.Fixed64:
                return TryWriteUnsigned(ref scanner, field, ulong.MaxValue);
            case JsonFieldKind.Fixed32 or JsonFieldKind.UInt32:
                return TryWriteUnsigned(ref scanner, field, uint.MaxValue);
            case JsonFieldKind.Int32:
                return TryWriteSigned(ref scanner, field, int.MinValue, int.MaxValue);
            case JsonFieldKind.Int64:
                return TryWriteSigned(ref scanner, field, long.MinValue, long.MaxValue);
            case JsonFieldKind.Enumeration:
                return scanner.Peek() == (byte)'"'
                    ? TryWriteName(ref scanner, field)
                    : TryWriteSigned(ref scanner, field, int.MinValue, int.MaxValue);
            case JsonFieldKind.Bool:
                return TryWriteBool(ref scanner, field);
            case JsonFieldKind.Double:
                return TryWriteDouble(ref scanner, field);
            case JsonFieldKind.Bytes:
                return TryWriteBase64(ref scanner, field);
            default:
                return scanner.FailValue();
        }
    }

    private bool TryWriteText(ref JsonScanner scanner, JsonField field)
    {
        if (scanner.Peek() != (byte)'"')
        {
            return scanner.FailValue();
        }

        if (!scanner.TryReadString(out ReadOnlySpan<byte> content, out bool hasEscapes))
        {
            return false;
        }

        output.WriteVarint(field.Tag);
        if (!hasEscapes)
        {
            output.WriteBytes(content);
            return true;
        }

        int lengthBytes = ProtoWriter.VarintBytes(content.Length);
        int start = output.Begin(lengthBytes);
        output.Advance(JsonEscapes.Resolve(content, output.Reserve(content.Length)));
        output.End(start, lengthBytes);
        return true;
    }

    private bool TryWriteId(ref JsonScanner scanner, JsonField field, int bytes)
    {
        int at = scanner.Position;
        if (!TryReadString(ref scanner, out ReadOnlySpan<byte> digits))
        {
            return false;
        }

        if (digits.Length != 0 && digits.Length != 2 * bytes)
        {
            return scanner.Fail(DecodeCause.WrongIdLength, at);
        }

        Span<byte> id = stackalloc byte[OtlpTags.TraceIdBytes];
        if (Convert.FromHexString(digits, id, out _, out int written) != OperationStatus.Done)
        {
            return scanner.Fail(DecodeCause.WrongJsonValue, at);
        }

        output.WriteVarint(field.Tag);
        output.WriteBytes(id[..written]);
        return true;
    }

    private bool TryWriteUnsigned(ref JsonScanner scanner, JsonField field, ulong most)
    {
        scanner.Peek();
        int at = scanner.Position;
        if (!TryReadNumber(ref scanner, out ReadOnlySpan<byte> digits))
        {
            return false;
        }

        if (!Utf8Parser.TryParse(digits, out ulong value, out int read) || read != digits.Length || value > most)
        {
            return scanner.Fail(DecodeCause.WrongJsonValue, at);
        }

        output.WriteVarint(field.Tag);
        switch (field.Kind)
        {
            case JsonFieldKind.Fixed64:
                output.WriteFixed64(value);
                break;
            case JsonFieldKind.Fixed32:
                output.WriteFixed32((uint)value);
                break;
            default:
                output.WriteVarint(value);
                break;
        }

        return true;
    }

    private bool TryWriteSigned(ref JsonScanner scanner, JsonField field, long least, long most)
    {
        scanner.Peek();
        int at = scanner.Position;
        if (!TryReadNumber(ref scanner, out ReadOnlySpan<byte> digits))
        {
            return false;
        }

        if (!Utf8Parser.TryParse(digits, out long value, out int read) || read != digits.Length || value < least || value > most)
        {
            return scanner.Fail(DecodeCause.WrongJsonValue, at);
        }

        output.WriteVarint(field.Tag);
        output.WriteVarint((ulong)value);
        return true;
    }

    private bool TryWriteName(ref JsonScanner scanner, JsonField field)
    {
        int at = scanner.Position;
        if (!TryReadString(ref scanner, out ReadOnlySpan<byte> name))
        {
            return false;
        }

        for (int value = 0; value < field.Names.Length; value++)
        {
            if (name.SequenceEqual(field.Names[value]))
            {
                output.WriteVarint(field.Tag);
                output.WriteVarint((ulong)value);
                return true;
            }
        }

        return scanner.Fail(DecodeCause.WrongJsonValue, at);
    }

    private bool TryWriteBool(ref JsonScanner scanner, JsonField field)
    {
        byte next = scanner.Peek();
        if (next is not ((byte)'t' or (byte)'f'))
        {
            return scanner.FailValue();
        }

        bool value = next == (byte)'t';
        if (!scanner.TryReadLiteral(value ? "true"u8 : "false"u8))
        {
            return false;
        }

        output.WriteVarint(field.Tag);
        output.WriteVarint(value ? 1u : 0u);
        return true;
    }

    private bool TryWriteDouble(ref JsonScanner scanner, JsonField field)
    {
        scanner.Peek();
        int at = scanner.Position;
        if (!TryReadNumber(ref scanner, out ReadOnlySpan<byte> text))
        {
            return false;
        }

        if (!TryParseDouble(text, out double value))
        {
            return scanner.Fail(DecodeCause.WrongJsonValue, at);
        }

        output.WriteVarint(field.Tag);
        output.WriteFixed64(BitConverter.DoubleToUInt64Bits(value));
        return true;
    }

    private bool TryWriteBase64(ref JsonScanner scanner, JsonField field)
    {
        if (scanner.Peek() != (byte)'"')
        {
            return scanner.FailValue();
        }

        int at = scanner.Position;
        if (!scanner.TryReadString(out ReadOnlySpan<byte> content, out _))
        {
            return false;
        }

        output.WriteVarint(field.Tag);
        int lengthBytes = ProtoWriter.VarintBytes(content.Length);
        int start = output.Begin(lengthBytes);
        Span<byte> free = output.Reserve(content.Length);
        int length = JsonEscapes.Resolve(content, free);
        if (Base64.DecodeFromUtf8InPlace(free[..length], out int written) != OperationStatus.Done)
        {
            return scanner.Fail(DecodeCause.WrongJsonValue, at);
        }

        output.Advance(written);
        output.End(start, lengthBytes);
        return true;
    }

    // The content of a number, or of a string.
    private bool TryReadNumber(ref JsonScanner scanner, out ReadOnlySpan<byte> text)
    {
        byte next = scanner.Peek();
        if (next == (byte)'-' || (next >= (byte)'0' && next <= (byte)'9'))
        {
            return scanner.TryReadNumber(out text);
        }

        return TryReadString(ref scanner, out text);
    }

    // Valid until the next write: escapes are resolved in the free space of the output.
    private bool TryReadString(ref JsonScanner scanner, out ReadOnlySpan<byte> text)
    {
        text = default;
        if (scanner.Peek() != (byte)'"')
        {
            return scanner.FailValue();
        }

        if (!scanner.TryReadString(out text, out bool hasEscapes))
        {
            return false;
        }

        if (hasEscapes)
        {
            Span<byte> free = output.Reserve(text.Length);
            text = free[..JsonEscapes.Resolve(text, free)];
        }

        return true;
    }

    /// <summary>Parses as strconv.ParseFloat does but for hex digits: what is too large for a double is refused, not infinite.</summary>
    private static bool TryParseDouble(ReadOnlySpan<byte> text, out double value)
    {
        // .NET's number parsers allow trailing NULs.
        if (!text.Contains((byte)0) && double.TryParse(text, DoubleStyles, CultureInfo.InvariantCulture, out value))
        {
            return double.IsFinite(value) || !text.ContainsAnyInRange((byte)'0', (byte)'9');
        }

        bool isNegative = text.StartsWith("-"u8);
        ReadOnlySpan<byte> unsigned = isNegative || text.StartsWith("+"u8) ? text[1..] : text;
        value = isNegative ? double.NegativeInfinity : double.PositiveInfinity;
        return Ascii.EqualsIgnoreCase(unsigned, "inf"u8);
    }
}
