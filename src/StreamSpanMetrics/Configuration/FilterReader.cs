using System.Text.RegularExpressions;
using StreamSpanMetrics.Core.Spans;

namespace StreamSpanMetrics.Configuration;

/// <summary>
/// <c>stream.filter</c>: the include and exclude rules of Tempo's filter policies (grafana/tempo pkg/spanfilter), in our own words.
/// </summary>
internal static partial class FilterReader
{
    // A rule is looked at for every span, and each exclude rule has a counter.
    private const int MaxRules = 100;

    private const string LongKindPrefix = "SPAN_KIND_";
    private const string LongStatusPrefix = "STATUS_CODE_";
    private const string TextHint = "write /ready, [/ready, /live] or {regex: ^/health}";

    /// <summary>Reads the section.</summary>
    public static SpanFilterRules Read(MappingReader reader)
    {
        SpanFilterRules rules = new() { Include = ReadRules(reader, "include"), Exclude = ReadRules(reader, "exclude") };
        reader.Finish();
        return rules;
    }

    private static List<SpanFilterRule> ReadRules(MappingReader reader, string key)
    {
        IReadOnlyList<SettingNode> items = reader.Items(key);
        if (items.Count > MaxRules)
        {
            reader.Error(key, FormattableString.Invariant($"has {items.Count} rules; at most {MaxRules} are possible"), "join some of them");
            return [];
        }

        return [.. items.Select(item => ReadRule(new MappingReader(reader.Context, item, reader.PathOf(key)), item))];
    }

    private static SpanFilterRule ReadRule(MappingReader rule, SettingNode item)
    {
        SpanFilterRule read = new()
        {
            Kinds = ReadWords(rule, "kind", "span kind", LongKindPrefix, SpanText.KindWords),
            Statuses = ReadWords(rule, "status", "status", LongStatusPrefix, SpanText.StatusWords),
            Name = ReadText(rule, "name"),
            ServiceName = ReadText(rule, "service_name"),
            Attributes = ReadAttributes(rule, "attributes"),
            ResourceAttributes = ReadAttributes(rule, "resource_attributes"),
        };
        rule.Finish();
        if (item.Kind is SettingKind.Mapping or SettingKind.Null && !rule.Keys.Any())
        {
            rule.Error(item, "", "a rule needs at least one condition", "for example {kind: [server, consumer]}");
        }

        return read;
    }

    private static List<int> ReadWords(MappingReader rule, string key, string noun, string longPrefix, IReadOnlyList<string> words)
    {
        List<int> numbers = [];
        IReadOnlyList<SettingNode> nodes = rule.TextNodes(key);
        foreach (SettingNode node in nodes)
        {
            // Also in the form of the label.
            string text = node.Text.StartsWith(longPrefix, StringComparison.Ordinal)
                ? node.Text[longPrefix.Length..].ToLowerInvariant()
                : node.Text;
            int number = words.ToList().IndexOf(text);
            if (number < 0)
            {
                rule.Error(node, key, $"there is no {noun} '{node.Shown}'", Suggestion.For(node.Text, [.. words]));
            }
            else if (numbers.Contains(number))
            {
                rule.Error(node, key, $"'{node.Shown}' stands twice in the list", "remove one of them");
            }
            else
            {
                numbers.Add(number);
            }
        }

        if (nodes.Count == 0 && rule.Has(key) && rule.Find(key) is null or { Kind: SettingKind.List or SettingKind.Scalar })
        {
            RefuseNothing(rule, key);
        }

        return numbers;
    }

    private static List<AttributeCondition> ReadAttributes(MappingReader rule, string key)
    {
        MappingReader attributes = rule.Section(key);
        List<AttributeCondition> conditions = [];
        foreach (string name in attributes.Keys)
        {
            if (name.Length == 0)
            {
                attributes.Error(attributes.KeyPlaceOf(name), "", "an attribute name must not be empty");
            }

            if (ReadText(attributes, name) is TextCondition text)
            {
                conditions.Add(new AttributeCondition(name, text));
            }
        }

        attributes.Finish();
        if (rule.Has(key) && !attributes.Keys.Any() && rule.Find(key) is null or { Kind: SettingKind.Mapping })
        {
            RefuseNothing(rule, key);
        }

        return conditions;
    }

    /// <summary>A text, a list of texts, or an expression; null if there is none, or a wrong one.</summary>
    private static TextCondition? ReadText(MappingReader reader, string key)
    {
        SettingNode? value = reader.Find(key);
        switch (value?.Kind)
        {
            case null:
                if (reader.Has(key))
                {
                    RefuseNothing(reader, key);
                }

                return null;
            case SettingKind.Mapping:
                return ReadRegex(reader.Section(key));
            case SettingKind.Scalar:
                return ReadTexts(reader, key, [value]);
            default:
                return ReadTexts(reader, key, reader.TextNodes(key));
        }
    }

    private static TextCondition? ReadTexts(MappingReader reader, string key, IReadOnlyList<SettingNode> nodes)
    {
        if (nodes.Count == 0)
        {
            RefuseNothing(reader, key);
        }

        foreach (SettingNode node in nodes)
        {
            if (node.Text.Length == 0)
            {
                reader.Error(node, key, "an empty text is the same as none, so no span has it", TextHint);
            }
        }

        return nodes.Count == 0 ? null : new TextCondition { Texts = [.. nodes.Select(node => node.Text)] };
    }

    private static TextCondition? ReadRegex(MappingReader reader)
    {
        SettingNode? value = reader.Find("regex");
        string pattern = reader.Text("regex", "");
        reader.Finish();
        if (value is null)
        {
            reader.Error("", "needs a regular expression", TextHint);
            return null;
        }

        try
        {
            _ = new Regex(pattern, TextCondition.Options);
            return new TextCondition { Regex = pattern };
        }
        catch (NotSupportedException)
        {
            reader.Error(
                value,
                "regex",
                "cannot be matched in time linear in the text",
                "do without look-around, back-references and atomic groups; an exclude rule takes away from what an include rule admits");
        }
        catch (RegexParseException exception)
        {
            // Not its message, which shows the expression: that may come from the environment.
            string cause = WordEnd().Replace(exception.Error.ToString(), " ").ToLowerInvariant();
            reader.Error(
                value,
                "regex",
                FormattableString.Invariant($"is no regular expression: {cause}, at character {exception.Offset}"),
                "the syntax is that of .NET; put it in single quotes, so that YAML leaves it alone");
        }

        return null;
    }

    private static void RefuseNothing(MappingReader reader, string key) =>
        reader.Error(key, "a condition must not be empty", "say what the rule asks for, or remove the key");

    [GeneratedRegex("(?<=[a-z])(?=[A-Z])")]
    private static partial Regex WordEnd();
}
