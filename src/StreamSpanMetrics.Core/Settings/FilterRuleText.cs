using System.Text;
using StreamSpanMetrics.Core.Spans;

namespace StreamSpanMetrics.Core.Settings;

/// <summary>
/// A filter rule on one line, for the fingerprint and for people: equal for rules that mean the same, in whatever order the conditions
/// and their texts were written.
/// </summary>
public static class FilterRuleText
{
    /// <summary>For example <c>kind="server" name=~"^/health" attributes."http.route"="/ready"</c>.</summary>
    public static string Of(SpanFilterRule rule)
    {
        List<string> parts = [];
        AddWords("kind", rule.Kinds, SpanText.KindWords, parts);
        AddWords("status", rule.Statuses, SpanText.StatusWords, parts);
        Add("name", rule.Name, parts);
        Add("service_name", rule.ServiceName, parts);
        Add("attributes.", rule.Attributes, parts);
        Add("resource_attributes.", rule.ResourceAttributes, parts);
        return string.Join(' ', parts);
    }

    private static void AddWords(string key, IReadOnlyList<int> numbers, IReadOnlyList<string> words, List<string> parts)
    {
        List<string> chosen = [];
        foreach (int number in numbers)
        {
            chosen.Add(words[number]);
        }

        Add(key, chosen.Count == 0 ? null : new TextCondition { Texts = chosen }, parts);
    }

    private static void Add(string prefix, IReadOnlyList<AttributeCondition> conditions, List<string> parts)
    {
        List<string> texts = [];
        foreach (AttributeCondition condition in conditions)
        {
            Add(prefix + Quote(condition.Name), condition.Text, texts);
        }

        texts.Sort(StringComparer.Ordinal);
        parts.AddRange(texts);
    }

    private static void Add(string key, TextCondition? condition, List<string> parts)
    {
        if (condition?.Regex is string regex)
        {
            parts.Add(key + "=~" + Quote(regex));
        }
        else if (condition is not null)
        {
            SortedSet<string> texts = new(StringComparer.Ordinal);
            foreach (string text in condition.Texts)
            {
                texts.Add(Quote(text));
            }

            parts.Add(key + "=" + string.Join('|', texts));
        }
    }

    // Quoted so that no text can look like another condition, or like another line.
    private static string Quote(string text)
    {
        StringBuilder quoted = new("\"");
        foreach (char letter in text)
        {
            quoted.Append(letter is '"' or '\\' ? "\\" : "").Append(letter == '\n' ? "\\n" : letter.ToString());
        }

        return quoted.Append('"').ToString();
    }
}
