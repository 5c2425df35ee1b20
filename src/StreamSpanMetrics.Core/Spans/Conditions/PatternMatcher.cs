using System.Buffers;
using System.Text;
using System.Text.RegularExpressions;
using StreamSpanMetrics.Core.Otlp;

namespace StreamSpanMetrics.Core.Spans.Conditions;


/// <summary>Says whether texts match an expression, in time linear in the text. Verdicts on short ones are kept. Not thread-safe.</summary>
internal sealed class PatternMatcher
{
    private readonly Regex regex;
    private readonly bool ofValues;
    private readonly VerdictCache verdicts = new();

    // Mended texts are counted where they become labels, once per series, and not here.
    private readonly AnyValueText valueText = new(new TextCounters());
    private readonly ArrayBufferWriter<byte> text = new();
    private char[] letters = new char[256];

    /// <summary>
    /// A matcher for AnyValue messages if <paramref name="ofValues"/>, else for plain texts. <paramref name="pattern"/> has been compiled
    /// before, so it is an expression.
    /// </summary>
    public PatternMatcher(string pattern, bool ofValues)
    {
        regex = new Regex(pattern, TextCondition.Options);
        this.ofValues = ofValues;
    }

    /// <summary>Whether <paramref name="bytes"/>, an AnyValue or a text, match. A value that is nil does not.</summary>
    public bool Matches(ReadOnlySpan<byte> bytes) =>
        verdicts.TryFind(bytes, out int entry, out bool verdict) ? verdict : verdicts.Keep(bytes, entry, Judge(bytes));

    private bool Judge(ReadOnlySpan<byte> bytes)
    {
        text.ResetWrittenCount();
        if (!ofValues)
        {
            valueText.WriteText(bytes, text);
            return IsMatch();
        }

        if (!AnyValueText.TryFindMember(bytes, out byte tag, out ValueSlice content, out _) || tag == 0)
        {
            return false;
        }

        if (tag == OtlpTags.AnyValueBytes)
        {
            return regex.IsMatch(Convert.ToHexStringLower(content.In(bytes)));
        }

        // Kinds without text are left: what is absent as a label is an empty text here.
        valueText.Write(bytes, text);
        return IsMatch();
    }

    private bool IsMatch()
    {
        // A text never has more UTF-16 units than bytes.
        if (letters.Length < text.WrittenCount)
        {
            letters = new char[Math.Max(letters.Length * 2, text.WrittenCount)];
        }

        return regex.IsMatch(letters.AsSpan(0, Encoding.UTF8.GetChars(text.WrittenSpan, letters)));
    }
}
