using System.Text;

namespace StreamSpanMetrics.Configuration;

/// <summary>
/// Expands <c>${env:NAME}</c>, <c>${env:NAME:-default}</c> and <c>${NAME}</c> in values as the Collector does (opentelemetry-collector
/// confmap/expand.go and confmap/provider/envprovider); <c>$$</c> is a dollar sign. A value is expanded when it is read, so that nothing
/// is said about parts of the file that mean nothing here.
/// </summary>
internal sealed class EnvironmentExpansion(Func<string, string?> lookup, ProblemList problems)
{
    // References inside defaults; more is a mistake, or an attack on the stack.
    private const int MaxNesting = 8;

    private readonly Dictionary<SettingNode, SettingNode> expanded = [];

    /// <summary>The node with all references replaced; the same node if it has none. Lists and mappings are returned as they are.</summary>
    public SettingNode Expand(SettingNode node, string path)
    {
        if (node.Kind != SettingKind.Scalar || !node.Text.Contains('$', StringComparison.Ordinal))
        {
            return node;
        }

        if (!expanded.TryGetValue(node, out SettingNode? result))
        {
            result = ExpandScalar(node, path);
            expanded.Add(node, result);
        }

        return result;
    }

    private SettingNode ExpandScalar(SettingNode node, string path)
    {
        string text = ExpandText(node.Text, node, path, 0);
        bool whole = node.Text.StartsWith("${", StringComparison.Ordinal) && ClosingBrace(node.Text, 2) == node.Text.Length - 1;

        // As in the Collector, a value that is nothing but a reference is YAML again, so that a variable may hold a list.
        if (whole && !node.Quoted && text.AsSpan().TrimStart() is ['[' or '{', ..])
        {
            ProblemList inner = new("");
            SettingNode? parsed = YamlDocumentReader.Read(text, inner);
            if (parsed is not null && !inner.HasErrors)
            {
                return Moved(parsed, node);
            }
        }

        return SettingNode.FromText(text, node.Text, node.Quoted, node.Line, node.Column);
    }

    private string ExpandText(string text, SettingNode node, string path, int nesting)
    {
        StringBuilder result = new();
        int position = 0;
        while (position < text.Length)
        {
            if (text[position] != '$' || position + 1 == text.Length || text[position + 1] is not ('$' or '{'))
            {
                result.Append(text[position++]);
                continue;
            }

            if (text[position + 1] == '$')
            {
                result.Append('$');
                position += 2;
                continue;
            }

            int end = ClosingBrace(text, position + 2);
            if (end < 0)
            {
                problems.Error(node, path, "'${' without its '}'", "write '$${' for a literal dollar sign and brace");
                return "";
            }

            result.Append(Value(text[(position + 2)..end], node, path, nesting));
            position = end + 1;
        }

        return result.ToString();
    }

    private string Value(string reference, SettingNode node, string path, int nesting)
    {
        const string Scheme = "env:";
        string body = reference.StartsWith(Scheme, StringComparison.Ordinal) ? reference[Scheme.Length..] : reference;
        int separator = body.IndexOf(":-", StringComparison.Ordinal);
        string name = separator < 0 ? body : body[..separator];
        if (!IsName(name))
        {
            problems.Error(
                node,
                path,
                $"'{name}' is not the name of an environment variable",
                "only '${env:NAME}' and '${env:NAME:-default}' are expanded here; files and URLs are not read; '$$' is a dollar sign");
            return "";
        }

        string? value = lookup(name);
        if (!string.IsNullOrEmpty(value))
        {
            return value;
        }

        if (separator >= 0)
        {
            return value ?? ExpandDefault(body[(separator + 2)..], node, path, nesting);
        }

        if (value is null)
        {
            problems.Warning(
                node,
                path,
                $"environment variable {name} is not set; an empty value is used",
                $"set it, or write '${{env:{name}:-default}}'");
        }

        return "";
    }

    private string ExpandDefault(string text, SettingNode node, string path, int nesting)
    {
        if (nesting < MaxNesting)
        {
            return ExpandText(text, node, path, nesting + 1);
        }

        problems.Error(node, path, $"references are nested more than {MaxNesting} levels deep");
        return "";
    }

    private static int ClosingBrace(string text, int start)
    {
        int open = 1;
        for (int position = start; position < text.Length; position++)
        {
            if (text[position] == '{' && text[position - 1] == '$')
            {
                open++;
            }
            else if (text[position] == '}' && --open == 0)
            {
                return position;
            }
        }

        return -1;
    }

    private static bool IsName(string text)
    {
        return text.Length > 0 && !char.IsAsciiDigit(text[0]) && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_');
    }

    // Everything inside stands, for the user, where the reference stands, and is shown as the reference.
    private static SettingNode Moved(SettingNode node, SettingNode place) => new()
    {
        Kind = node.Kind,
        Text = node.Text,
        Shown = place.Text,
        Quoted = node.Quoted,
        Line = place.Line,
        Column = place.Column,
        Items = [.. node.Items.Select(item => Moved(item, place))],
        Entries = [.. node.Entries.Select(entry => new SettingEntry(Moved(entry.Key, place), Moved(entry.Value, place)))],
    };
}
