using System.Buffers;
using StreamSpanMetrics.Core.Spans;

namespace StreamSpanMetrics.Configuration;

/// <summary>
/// A list of dimensions, with the rules of the connector's validateDimensions (connector/spanmetricsconnector/config.go).
/// </summary>
internal static class DimensionsReader
{
    // A key with more would not fit into the limits on keys, and no dashboard could show it.
    private const int MaxDimensions = 256;

    // All of them are looked for in every span.
    private const int MaxAliases = 16;

    private static readonly SearchValues<char> GlobLetters = SearchValues.Create("*?[");

    /// <summary>Names of the built-in dimensions.</summary>
    public static readonly IReadOnlyCollection<string> BuiltInNames = ["service.name", "span.name", "span.kind", "status.code"];

    /// <summary>Reads the list below <paramref name="key"/>, in which no dimension may have a name of <paramref name="reserved"/>.</summary>
    public static IReadOnlyList<DimensionRule> Read(MappingReader reader, string key, IReadOnlyCollection<string> reserved)
    {
        IReadOnlyList<SettingNode> items = reader.Items(key);
        if (items.Count > MaxDimensions)
        {
            reader.Error(key, FormattableString.Invariant($"has {items.Count} dimensions; at most {MaxDimensions} are possible"));
            return [];
        }

        List<DimensionRule> rules = [];
        foreach (SettingNode item in items)
        {
            DimensionRule? rule = item.Kind == SettingKind.Scalar ? NotMapping(reader, key, item) : ReadOne(reader, key, item, rules, reserved);
            if (rule is not null)
            {
                rules.Add(rule);
            }
        }

        return rules;
    }

    private static DimensionRule? NotMapping(MappingReader reader, string key, SettingNode item)
    {
        reader.Error(
            item, key, "a dimension must be a mapping", item.Text == item.Shown ? $"write '- name: {item.Text}'" : "write '- name: ...'");
        return null;
    }

    private static DimensionRule? ReadOne(
        MappingReader reader, string key, SettingNode item, List<DimensionRule> others, IReadOnlyCollection<string> reserved)
    {
        MappingReader dimension = new(reader.Context, item, reader.PathOf(key));
        string name = dimension.Text("name", "");
        string? fallback = dimension.Find("default") is null ? null : dimension.Text("default", "");
        List<string> aliases = ReadAliases(dimension, name, reserved);
        bool hasGlob = dimension.Find("glob") is not null;
        dimension.Finish();
        if (hasGlob)
        {
            string message = name.Length > 0 ? "name and glob exclude each other" : "dimensions by glob are not supported yet";
            dimension.Error("glob", message, "name each dimension");
            return null;
        }

        if (name.Length == 0)
        {
            dimension.Error("name", "a dimension needs a name", "write '- name: http.request.method'");
            return null;
        }

        if (reserved.Contains(name))
        {
            dimension.Error("name", $"'{name}' is a built-in dimension", "remove it; it is there unless exclude_dimensions names it");
            return null;
        }

        if (others.Exists(other => other.Name == name))
        {
            dimension.Error("name", $"'{name}' stands twice in the list", "remove one of them");
            return null;
        }

        return new DimensionRule(name, fallback) { Aliases = aliases };
    }

    // Ours: the connector has no aliases, and so no rules for them.
    private static List<string> ReadAliases(MappingReader dimension, string name, IReadOnlyCollection<string> reserved)
    {
        const string Key = "aliases";
        List<string> aliases = [];
        IReadOnlyList<SettingNode> nodes = dimension.TextNodes(Key);
        if (nodes.Count > MaxAliases)
        {
            dimension.Error(Key, FormattableString.Invariant($"has {nodes.Count} names; at most {MaxAliases} are possible"));
            return [];
        }

        foreach (SettingNode node in nodes)
        {
            (string Message, string Hint)? problem = node.Text switch
            {
                "" => ("an attribute name must not be empty", "remove it"),
                _ when node.Text == name => ($"'{node.Shown}' is the name of the dimension itself", "remove it: the name is looked for first"),
                _ when aliases.Contains(node.Text) => ($"'{node.Shown}' stands twice in the list", "remove one of them"),
                _ when reserved.Contains(node.Text) => ($"'{node.Shown}' is a built-in dimension", "remove it; its label is there already"),
                _ when node.Text.AsSpan().ContainsAny(GlobLetters) =>
                    ($"'{node.Shown}' is a pattern, but aliases are exact names", "write each name in full"),
                _ => null,
            };
            if (problem is null)
            {
                aliases.Add(node.Text);
            }
            else
            {
                dimension.Error(node, Key, problem.Value.Message, problem.Value.Hint);
            }
        }

        return aliases;
    }
}
