using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace StreamSpanMetrics.Core.Otlp;

/// <summary>Keeps text valid: Prometheus silently drops series whose labels are not.</summary>
internal static class Utf8Text
{
    private static ReadOnlySpan<byte> Replacement => "\uFFFD"u8;

    /// <summary>
    /// Appends <paramref name="text"/>, each maximal invalid sequence replaced by U+FFFD (Unicode chapter 3.9, the W3C practice that
    /// .NET follows). Returns whether something was replaced.
    /// </summary>
    public static bool Write(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        if (Utf8.IsValid(text))
        {
            output.Write(text);
            return false;
        }

        while (!text.IsEmpty)
        {
            OperationStatus status = Rune.DecodeFromUtf8(text, out _, out int consumed);
            output.Write(status == OperationStatus.Done ? text[..consumed] : Replacement);
            text = text[consumed..];
        }

        return true;
    }

    /// <summary>
    /// The beginning of the valid <paramref name="text"/> that fits <paramref name="maxBytes"/>, ending between characters.
    /// </summary>
    public static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> text, int maxBytes)
    {
        if (text.Length <= maxBytes)
        {
            return text;
        }

        int end = maxBytes;
        while (end > 0 && (text[end] & 0xC0) == 0x80)
        {
            end--;
        }

        return text[..end];
    }
}
