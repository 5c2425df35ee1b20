using System.Buffers;

namespace StreamSpanMetrics.Core.Otlp;

/// <summary>
/// Finds the sampling threshold in a <c>tracestate</c>: <c>th</c> of its member <c>ot</c>. The syntax is that of W3C Trace Context and of
/// OpenTelemetry's "TraceState: Probability Sampling", as strict as the Collector's pkg/sampling: what is wrong anywhere gives no
/// threshold.
/// </summary>
public static class TraceState
{
    /// <summary>Longer texts give no threshold, in bytes.</summary>
    public const int MaxBytes = 1024;

    /// <summary>Bits of a threshold.</summary>
    public const int ThresholdBits = 56;

    private const int HexDigits = ThresholdBits / 4;

    // W3C allows 32 members; the Collector's parser gives up at the 32nd, the empty ones between commas included.
    private const int MaxMembers = 31;
    private const int MaxKeyBytes = 256;
    private const int MaxTenantBytes = 241;
    private const int MaxSystemBytes = 14;
    private const int MaxValueBytes = 256;

    private static readonly SearchValues<byte> Letters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz"u8);
    private static readonly SearchValues<byte> LettersAndDigits = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789"u8);
    private static readonly SearchValues<byte> OfKey = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789_-*/"u8);
    private static readonly SearchValues<byte> OfField =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"u8);

    /// <summary>Printable ASCII but comma and equals sign.</summary>
    private static readonly SearchValues<byte> OfValue = SearchValues.Create(
        " !\"#$%&'()*+-./0123456789:;<>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"u8);

    /// <summary>
    /// The threshold in <paramref name="text"/>, below 2^56: spans whose randomness is smaller were not kept. False if there is none.
    /// </summary>
    public static bool TryReadThreshold(ReadOnlySpan<byte> text, out ulong threshold)
    {
        threshold = 0;
        bool found = false;
        if (text.Length > MaxBytes)
        {
            return false;
        }

        for (int members = 1; !text.IsEmpty; members++)
        {
            ReadOnlySpan<byte> member = Cut(ref text, (byte)',').Trim(" \t"u8);
            if (members > MaxMembers || (!member.IsEmpty && !ReadMember(member, ref found, ref threshold)))
            {
                return false;
            }
        }

        return found;
    }

    private static bool ReadMember(ReadOnlySpan<byte> member, ref bool found, ref ulong threshold)
    {
        int equals = member.IndexOf((byte)'=');
        if (equals < 0 || !IsKey(member[..equals]) || !IsValue(member[(equals + 1)..]))
        {
            return false;
        }

        if (!member[..equals].SequenceEqual("ot"u8))
        {
            return true;
        }

        // The last of several members counts, and so does what it lacks.
        found = false;
        return ReadFields(member[(equals + 1)..], ref found, ref threshold);
    }

    private static bool ReadFields(ReadOnlySpan<byte> value, ref bool found, ref ulong threshold)
    {
        if (value[^1] == ';')
        {
            return false;
        }

        while (!value.IsEmpty)
        {
            ReadOnlySpan<byte> field = Cut(ref value, (byte)';');
            int colon = field.IndexOf((byte)':');
            if (colon < 1 || !Letters.Contains(field[0])
                || field[1..colon].ContainsAnyExcept(LettersAndDigits) || field[(colon + 1)..].ContainsAnyExcept(OfField))
            {
                return false;
            }

            ReadOnlySpan<byte> text = field[(colon + 1)..];
            if (field[..colon].SequenceEqual("th"u8))
            {
                found = TryReadHex(text, out threshold);
                if (!found)
                {
                    return false;
                }
            }
            else if (field[..colon].SequenceEqual("rv"u8) && (text.Length != HexDigits || !TryReadHex(text, out _)))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Takes what stands before the next <paramref name="separator"/> off <paramref name="text"/>, and the separator.</summary>
    private static ReadOnlySpan<byte> Cut(ref ReadOnlySpan<byte> text, byte separator)
    {
        int end = text.IndexOf(separator);
        ReadOnlySpan<byte> part = end < 0 ? text : text[..end];
        text = end < 0 ? [] : text[(end + 1)..];
        return part;
    }

    /// <summary>1 to 14 digits in either case; missing ones are zeros at the end.</summary>
    private static bool TryReadHex(ReadOnlySpan<byte> text, out ulong number)
    {
        number = 0;
        if (text.Length is 0 or > HexDigits)
        {
            return false;
        }

        foreach (byte letter in text)
        {
            if (!char.IsAsciiHexDigit((char)letter))
            {
                return false;
            }

            number = (number << 4) | (uint)((letter & 0xF) + (letter > '9' ? 9 : 0));
        }

        number <<= 4 * (HexDigits - text.Length);
        return true;
    }

    private static bool IsKey(ReadOnlySpan<byte> key)
    {
        int at = key.IndexOf((byte)'@');
        if (at < 0)
        {
            return IsKeyPart(key, MaxKeyBytes, mayStartWithDigit: false);
        }

        return key.Length <= MaxKeyBytes
            && IsKeyPart(key[..at], MaxTenantBytes, mayStartWithDigit: true)
            && IsKeyPart(key[(at + 1)..], MaxSystemBytes, mayStartWithDigit: false);
    }

    private static bool IsKeyPart(ReadOnlySpan<byte> part, int maxBytes, bool mayStartWithDigit) =>
        part.Length > 0
        && part.Length <= maxBytes
        && (mayStartWithDigit ? LettersAndDigits : Letters).Contains(part[0])
        && !part.ContainsAnyExcept(OfKey);

    // The blanks around a member are gone, so the last byte is none.
    private static bool IsValue(ReadOnlySpan<byte> value) => value.Length is > 0 and <= MaxValueBytes && !value.ContainsAnyExcept(OfValue);
}
