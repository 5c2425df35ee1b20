using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace StreamSpanMetrics.Configuration;

/// <summary>
/// Reads one YAML document into nodes with their places. Works on the parser's events, so that a key given twice is a problem like any other and
/// does not hide the rest; knows anchors, aliases and merge keys (YAML 1.1, <c>&lt;&lt;</c>).
/// </summary>
internal sealed class YamlDocumentReader
{
    // Far deeper than any setting; keeps a hostile file from exhausting the stack.
    private const int MaxDepth = 64;

    private readonly Parser parser;
    private readonly ProblemList problems;
    private readonly Dictionary<string, SettingNode> anchors = [];

    private YamlDocumentReader(string text, ProblemList problems)
    {
        parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
        this.problems = problems;
    }

    /// <summary>The document's root; null if there is none or it is no YAML, which is then among the problems.</summary>
    public static SettingNode? Read(string text, ProblemList problems)
    {
        try
        {
            return new YamlDocumentReader(text, problems).ReadDocument();
        }
        catch (YamlException exception)
        {
            string detail = exception.Message.TrimEnd('.', ' ');
            problems.FileError((int)exception.Start.Line, (int)exception.Start.Column, $"not valid YAML: {detail}");
            return null;
        }
    }

    private SettingNode? ReadDocument()
    {
        parser.Consume<StreamStart>();
        if (!parser.TryConsume(out DocumentStart _))
        {
            problems.FileError(0, 0, "the file is empty", "a minimal file has the line 'connectors: {span_metrics: {}}'");
            return null;
        }

        SettingNode root = ReadNode(0);
        parser.Consume<DocumentEnd>();
        if (parser.TryConsume(out DocumentStart second))
        {
            problems.FileError((int)second.Start.Line, (int)second.Start.Column, "a second YAML document; only one is read");
        }

        return root;
    }

    private SettingNode ReadNode(int depth)
    {
        if (depth > MaxDepth)
        {
            Mark mark = parser.Current!.Start;
            throw new YamlException(mark, mark, $"nested more than {MaxDepth} levels deep");
        }

        if (parser.TryConsume(out AnchorAlias alias))
        {
            return anchors.TryGetValue(alias.Value.Value, out SettingNode? anchored)
                ? anchored
                : throw new YamlException(alias.Start, alias.End, $"alias '*{alias.Value.Value}' stands before its anchor");
        }

        if (!parser.Accept(out NodeEvent start))
        {
            throw new YamlException(parser.Current!.Start, parser.Current!.End, "a value was expected");
        }

        SettingNode node = start switch
        {
            MappingStart => ReadMapping(depth),
            SequenceStart => ReadList(depth),
            _ => ReadScalar(),
        };
        if (!start.Anchor.IsEmpty)
        {
            anchors[start.Anchor.Value] = node;
        }

        return node;
    }

    private SettingNode ReadScalar()
    {
        Scalar scalar = parser.Consume<Scalar>();
        bool quoted = scalar.Style is not ScalarStyle.Plain || (!scalar.Tag.IsEmpty && scalar.Tag.Value == "tag:yaml.org,2002:str");
        return SettingNode.FromText(scalar.Value, scalar.Value, quoted, (int)scalar.Start.Line, (int)scalar.Start.Column);
    }

    private SettingNode ReadList(int depth)
    {
        SequenceStart start = parser.Consume<SequenceStart>();
        List<SettingNode> items = [];
        while (!parser.TryConsume(out SequenceEnd _))
        {
            items.Add(ReadNode(depth + 1));
        }

        return new SettingNode { Kind = SettingKind.List, Line = (int)start.Start.Line, Column = (int)start.Start.Column, Items = items };
    }

    private SettingNode ReadMapping(int depth)
    {
        MappingStart start = parser.Consume<MappingStart>();
        List<SettingEntry> entries = [];
        List<SettingNode> merged = [];
        HashSet<string> keys = [];
        while (!parser.TryConsume(out MappingEnd _))
        {
            SettingNode key = ReadNode(depth + 1);
            SettingNode value = ReadNode(depth + 1);
            if (key.Kind is SettingKind.List or SettingKind.Mapping)
            {
                problems.Error(key, "", $"a key must be a single value, not {key.KindText}");
            }
            else if (key.Text == "<<" && !key.Quoted)
            {
                AddMerged(key, value, merged);
            }
            else if (!keys.Add(key.Text))
            {
                problems.Error(key, key.Text, "this key stands twice in the same mapping");
            }
            else
            {
                entries.Add(new SettingEntry(key, value));
            }
        }

        // A mapping's own keys win over merged ones, and an earlier merged mapping over a later one.
        foreach (SettingNode source in merged)
        {
            entries.AddRange(source.Entries.Where(entry => keys.Add(entry.Key.Text)));
        }

        return new SettingNode { Kind = SettingKind.Mapping, Line = (int)start.Start.Line, Column = (int)start.Start.Column, Entries = entries };
    }

    private void AddMerged(SettingNode key, SettingNode value, List<SettingNode> merged)
    {
        IReadOnlyList<SettingNode> sources = value.Kind == SettingKind.List ? value.Items : [value];
        foreach (SettingNode source in sources)
        {
            if (source.Kind == SettingKind.Mapping)
            {
                merged.Add(source);
            }
            else
            {
                problems.Error(key, "<<", $"merges a mapping or a list of mappings, not {source.KindText}");
            }
        }
    }
}
