using System.Text;

namespace StreamSpanMetrics.Core.Prometheus;

/// <summary>
/// Turns attribute names into label names, as the Collector v0.158.0 was seen to do it (prometheus/otlptranslator
/// label_namer.go with its default switches): letters and digits stay, runs of anything else become one underscore.
/// </summary>
public static class LabelNamer
{
    /// <summary>The label name of <paramref name="attribute"/>: the same where the strategy keeps names, else the escaped one.</summary>
    public static string Name(string attribute, TranslationStrategy strategy) => strategy.KeepsNames() ? attribute : Name(attribute);

    /// <summary>
    /// The escaped label name of <paramref name="attribute"/>. A name such as <c>__x__</c> keeps its double underscores; a leading digit
    /// gets the prefix <c>key_</c>, a leading underscore the prefix <c>key</c>. Empty only for the empty name.
    /// </summary>
    public static string Name(string attribute)
    {
        if (attribute.Length == 0)
        {
            return "";
        }

        bool reserved = attribute.Length > 4
            && attribute.StartsWith("__", StringComparison.Ordinal) && attribute.EndsWith("__", StringComparison.Ordinal);
        string collapsed = Collapse(reserved ? attribute.AsSpan(2, attribute.Length - 4) : attribute);
        if (reserved && collapsed != "_")
        {
            return "__" + collapsed + "__";
        }

        if (char.IsAsciiDigit(collapsed[0]))
        {
            return "key_" + collapsed;
        }

        return collapsed[0] == '_' ? "key" + collapsed : collapsed;
    }

    private static string Collapse(ReadOnlySpan<char> text)
    {
        StringBuilder result = new(text.Length);
        foreach (char letter in text)
        {
            if (char.IsAsciiLetterOrDigit(letter))
            {
                result.Append(letter);
            }
            else if (result.Length == 0 || result[^1] != '_')
            {
                result.Append('_');
            }
        }

        return result.ToString();
    }
}
