using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using StreamSpanMetrics.Core.Otlp;

namespace StreamSpanMetrics.Core.Spans;

/// <summary>
/// Says whether texts meet a condition. The verdicts on short texts are kept. Not thread-safe.
/// </summary>
internal sealed class TextMatcher
{
    private readonly byte[][] texts;
    private readonly Regex? regex;
    private readonly bool ofValues;

    // Mended texts are counted where they become labels, once per series, and not here.
    private readonly AnyValueText valueText = new(new TextCounters());
    private readonly ArrayBufferWriter<byte> text = new();
    private readonly VerdictCache verdicts = new();
    private char[] letters = new char[256];

    /// <summary>
    /// A matcher for AnyValue messages if <paramref name="ofValues"/>, else for plain texts. The expression of
    /// <paramref name="condition"/> has been compiled before, so it is one.
    /// </summary>
    public TextMatcher(TextCondition condition, bool ofValues)
    {
        this.ofValues = ofValues;
        texts = new byte[condition.Texts.Count][];
        for (int index = 0; index < texts.Length; index++)
        {
            texts[index] = Encoding.UTF8.GetBytes(condition.Texts[index]);
        }

        regex = condition.Regex is string pattern ? new Regex(pattern, TextCondition.Options) : null;
    }

    /// <summary>Whether <paramref name="bytes"/>, an AnyValue or a text, meet the condition.</summary>
    public bool Matches(ReadOnlySpan<byte> bytes) =>
        verdicts.TryFind(bytes, out int entry, out bool verdict) ? verdict : verdicts.Keep(bytes, entry, Judge(bytes));

    private bool Judge(ReadOnlySpan<byte> bytes)
    {
        text.ResetWrittenCount();
        if (!ofValues)
        {
            valueText.WriteText(bytes, text);
        }
        else if (valueText.Write(bytes, text) == TextKind.Absent)
        {
            return false;
        }

        ReadOnlySpan<byte> cut = Utf8Text.Cut(text.WrittenSpan, SpanRules.MaxValueBytes);
        return !cut.IsEmpty && (regex is null ? IsOneOfTexts(cut) : regex.IsMatch(Letters(cut)));
    }

    private bool IsOneOfTexts(ReadOnlySpan<byte> bytes)
    {
        foreach (byte[] one in texts)
        {
            if (bytes.SequenceEqual(one))
            {
                return true;
            }
        }

        return false;
    }

    private ReadOnlySpan<char> Letters(ReadOnlySpan<byte> bytes)
    {
        // A text never has more UTF-16 units than bytes.
        if (letters.Length < bytes.Length)
        {
            letters = new char[Math.Max(letters.Length * 2, bytes.Length)];
        }

        return letters.AsSpan(0, Encoding.UTF8.GetChars(bytes, letters));
    }
}
