using System.Text.RegularExpressions;
using StreamSpanMetrics.Core.Spans;

namespace StreamSpanMetrics.Core.Tests.Support;

/// <summary>
/// The span filter in the most obvious way: strings, and expressions of the backtracking kind. Values are given as the text of a
/// dimension, null where a span has none.
/// </summary>
internal sealed class NaiveFilter(SpanFilterRules rules)
{
    /// <summary>Null if a span is counted, else the reason why not, as <c>excluded 1</c>.</summary>
    public string? Reason(int kind, int status, string name, string service, Func<string, string?> value, Func<string, string?> ofResource)
    {
        bool Holds(SpanFilterRule rule) =>
            (rule.Kinds.Count == 0 || rule.Kinds.Contains(kind))
            && (rule.Statuses.Count == 0 || rule.Statuses.Contains(status))
            && (rule.Name is null || IsMet(rule.Name, name))
            && (rule.ServiceName is null || IsMet(rule.ServiceName, service))
            && rule.Attributes.All(condition => IsMet(condition.Text, value(condition.Name)))
            && rule.ResourceAttributes.All(condition => IsMet(condition.Text, ofResource(condition.Name)));

        for (int index = 0; index < rules.Exclude.Count; index++)
        {
            if (Holds(rules.Exclude[index]))
            {
                return $"excluded {index + 1}";
            }
        }

        return rules.Include.Count == 0 || rules.Include.Any(Holds) ? null : "not included";
    }

    private static bool IsMet(TextCondition condition, string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        return condition.Regex is string pattern
            ? Regex.IsMatch(text, pattern, RegexOptions.CultureInvariant)
            : condition.Texts.Contains(text);
    }
}
