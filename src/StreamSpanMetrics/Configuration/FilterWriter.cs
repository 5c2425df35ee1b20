using StreamSpanMetrics.Core.Spans;

namespace StreamSpanMetrics.Configuration;

/// <summary>Writes <c>stream.filter</c>.</summary>
internal static class FilterWriter
{
    /// <summary>Writes the section.</summary>
    public static void Write(YamlText yaml, SpanFilterRules filter)
    {
        yaml.Open("filter");
        WriteRules(yaml, "include", filter.Include);
        WriteRules(yaml, "exclude", filter.Exclude);
        yaml.Close();
    }

    private static void WriteRules(YamlText yaml, string key, IReadOnlyList<SpanFilterRule> rules)
    {
        if (rules.Count == 0)
        {
            yaml.Add(key, []);
            return;
        }

        yaml.Open(key);
        foreach (SpanFilterRule rule in rules)
        {
            yaml.OpenItem();
            WriteWords(yaml, "kind", rule.Kinds, SpanText.KindWords);
            WriteWords(yaml, "status", rule.Statuses, SpanText.StatusWords);
            WriteText(yaml, "name", rule.Name);
            WriteText(yaml, "service_name", rule.ServiceName);
            WriteAttributes(yaml, "attributes", rule.Attributes);
            WriteAttributes(yaml, "resource_attributes", rule.ResourceAttributes);
            yaml.Close();
        }

        yaml.Close();
    }

    private static void WriteWords(YamlText yaml, string key, IReadOnlyList<int> numbers, IReadOnlyList<string> words)
    {
        if (numbers.Count > 0)
        {
            yaml.Add(key, numbers.Select(number => words[number]));
        }
    }

    private static void WriteText(YamlText yaml, string key, TextCondition? condition)
    {
        if (condition?.Regex is string regex)
        {
            yaml.Open(key);
            yaml.Add("regex", regex);
            yaml.Close();
        }
        else if (condition is not null)
        {
            yaml.Add(key, condition.Texts);
        }
    }

    private static void WriteAttributes(YamlText yaml, string key, IReadOnlyList<AttributeCondition> conditions)
    {
        if (conditions.Count == 0)
        {
            return;
        }

        yaml.Open(key);
        foreach (AttributeCondition condition in conditions)
        {
            WriteText(yaml, condition.Name, condition.Text);
        }

        yaml.Close();
    }
}
