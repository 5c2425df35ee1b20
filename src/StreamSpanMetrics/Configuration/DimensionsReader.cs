using System.Buffers;
using System.Text.RegularExpressions;
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

        CheckGlobs(reader, key, rules, items);
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
        string? glob = dimension.Find("glob") is null ? null : dimension.Text("glob", "");
        dimension.Finish();
        if (glob is not null)
        {
            return ReadGlob(dimension, glob, reserved);
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

        if (others.Exists(other => other.Glob is null && other.Name == name))
        {
            dimension.Error("name", $"'{name}' stands twice in the list", "remove one of them");
            return null;
        }

        return new DimensionRule(name, fallback) { Aliases = aliases };
    }

    private static DimensionRule? ReadGlob(MappingReader dimension, string glob, IReadOnlyCollection<string> reserved)
    {
        foreach (string key in (string[])["name", "default", "aliases"])
        {
            if (dimension.Find(key) is not null)
            {
                dimension.Error("glob", $"{key} and glob exclude each other", "a pattern gives each attribute its own name and no default");
                return null;
            }
        }

        if (!GlobPattern.TryTranslate(glob, out string regex, out string problem))
        {
            dimension.Error("glob", $"'{dimension.Find("glob")!.Shown}' {problem}", "write for example app.* or http.request.**");
            return null;
        }

        string? built = reserved.FirstOrDefault(name => IsMatch(name, regex));
        if (built is not null)
        {
            dimension.Error("glob", $"matches the built-in dimension '{built}'", "make the pattern narrower");
            return null;
        }

        return new DimensionRule("") { Glob = glob };
    }

    // A name has its label already, and maybe a default: the connector does not let a pattern of the same list find it again.
    private static void CheckGlobs(MappingReader reader, string key, List<DimensionRule> rules, IReadOnlyList<SettingNode> items)
    {
        foreach (DimensionRule glob in rules.Where(rule => rule.Glob is not null))
        {
            GlobPattern.TryTranslate(glob.Glob!, out string regex, out _);
            if (rules.Find(rule => rule.Glob is null && IsMatch(rule.Name, regex)) is DimensionRule named)
            {
                SettingNode place = items.FirstOrDefault(item => item.Find("glob")?.Value.Text == glob.Glob) ?? reader.PlaceOf(key);
                reader.Error(place, key, $"the glob '{glob.Glob}' matches '{named.Name}' of the same list", "remove one of them");
            }
        }
    }

    private static bool IsMatch(string name, string regex) => Regex.IsMatch(name, regex, TextCondition.Options);

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
