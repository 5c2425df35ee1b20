using System.Buffers;
using System.Text;

namespace StreamSpanMetrics.Core.Otlp;

/// <summary>
/// JSON strings as Go's encoding/json writes them without HTML escaping: what the Collector's AsString prints inside arrays and maps.
/// </summary>
internal static class JsonText
{
    private const uint LineSeparator = 0x2028;
    private const uint ParagraphSeparator = 0x2029;

    /// <summary>Appends <paramref name="text"/> as a JSON string; true if invalid UTF-8 became the escape of U+FFFD.</summary>
    public static bool WriteString(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        bool mended = false;
        output.Write("\""u8);
        while (!text.IsEmpty)
        {
            OperationStatus status = Rune.DecodeFromUtf8(text, out Rune rune, out int consumed);
            if (status != OperationStatus.Done)
            {
                // Go takes an invalid sequence byte by byte.
                output.Write("\\ufffd"u8);
                mended = true;
                text = text[1..];
                continue;
            }

            WriteRune((uint)rune.Value, text[..consumed], output);
            text = text[consumed..];
        }

        output.Write("\""u8);
        return mended;
    }

    private static void WriteRune(uint rune, ReadOnlySpan<byte> bytes, IBufferWriter<byte> output)
    {
        switch (rune)
        {
            case '"':
                output.Write("\\\""u8);
                break;
            case '\\':
                output.Write("\\\\"u8);
                break;
            case '\b':
                output.Write("\\b"u8);
                break;
            case '\f':
                output.Write("\\f"u8);
                break;
            case '\n':
                output.Write("\\n"u8);
                break;
            case '\r':
                output.Write("\\r"u8);
                break;
            case '\t':
                output.Write("\\t"u8);
                break;
            case < ' ' or LineSeparator or ParagraphSeparator:
                Encoding.ASCII.GetBytes($"\\u{rune:x4}", output);
                break;
            default:
                output.Write(bytes);
                break;
        }
    }
}
