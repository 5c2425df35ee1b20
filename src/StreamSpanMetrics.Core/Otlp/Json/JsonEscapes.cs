using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace StreamSpanMetrics.Core.Otlp.Json;

/// <summary>
/// Resolves the escapes in a JSON string that <see cref="JsonScanner"/> has read. A surrogate without its other half becomes U+FFFD, as in
/// the Collector's reader (json-iterator, iter_str.go).
/// </summary>
internal static class JsonEscapes
{
    private const int HexDigits = 4;
    private const int UnitEscapeLength = 6;

    /// <summary>
    /// Writes the meaning of <paramref name="content"/>, which is never longer than it is, and returns the bytes written.
    /// </summary>
    public static int Resolve(ReadOnlySpan<byte> content, Span<byte> target)
    {
        int written = 0;
        while (true)
        {
            int run = content.IndexOf((byte)'\\');
            ReadOnlySpan<byte> plain = run < 0 ? content : content[..run];
            plain.CopyTo(target[written..]);
            written += plain.Length;
            if (run < 0)
            {
                return written;
            }

            content = content[run..];
            if (content[1] == (byte)'u')
            {
                written += ReadRune(content, out int read).EncodeToUtf8(target[written..]);
                content = content[read..];
            }
            else
            {
                target[written++] = Meaning(content[1]);
                content = content[2..];
            }
        }
    }

    /// <summary>Reads the four hex digits of a UTF-16 code unit.</summary>
    public static bool TryReadUnit(ReadOnlySpan<byte> digits, out ushort unit)
    {
        // Not by ushort.TryParse: .NET's number parsers allow trailing NULs.
        Span<byte> bytes = stackalloc byte[sizeof(ushort)];
        bool isHex = Convert.FromHexString(digits[..HexDigits], bytes, out _, out _) == OperationStatus.Done;
        unit = BinaryPrimitives.ReadUInt16BigEndian(bytes);
        return isHex;
    }

    private static Rune ReadRune(ReadOnlySpan<byte> content, out int read)
    {
        TryReadUnit(content[2..], out ushort first);
        read = UnitEscapeLength;
        if (Rune.TryCreate(first, out Rune rune))
        {
            return rune;
        }

        ReadOnlySpan<byte> rest = content[UnitEscapeLength..];
        if (rest.StartsWith("\\u"u8) && TryReadUnit(rest[2..], out ushort second) && Rune.TryCreate((char)first, (char)second, out rune))
        {
            read += UnitEscapeLength;
            return rune;
        }

        return Rune.ReplacementChar;
    }

    private static byte Meaning(byte letter) => letter switch
    {
        (byte)'b' => (byte)'\b',
        (byte)'f' => (byte)'\f',
        (byte)'n' => (byte)'\n',
        (byte)'r' => (byte)'\r',
        (byte)'t' => (byte)'\t',
        _ => letter,
    };
}
