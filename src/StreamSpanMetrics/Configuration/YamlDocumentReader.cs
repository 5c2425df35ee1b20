using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace StreamSpanMetrics.Configuration;

/// <summary>
/// Reads one YAML document into nodes with their places. Works on the parser's events, so that a key given twice is a problem like any
/// other and does not hide the rest; knows anchors, aliases and merge keys (YAML 1.1, <c>&lt;&lt;</c>).
/// </summary>
internal sealed class YamlDocumentReader
{
    // Far deeper than any setting; keeps a hostile file from exhausting the stack.
    private const int MaxDepth = 64;

    private readonly Scanner scanner;
    private readonly Parser parser;
    private readonly ProblemList problems;
    private readonly Dictionary<string, SettingNode> anchors = [];

    private YamlDocumentReader(string text, ProblemList problems)
    {
        scanner = new Scanner(new StringReader(text), skipComments: true);
        parser = new Parser(scanner);
        this.problems = problems;
    }

    /// <summary>The document's root; null if there is none or it is no YAML, which is then among the problems.</summary>
    public static SettingNode? Read(string text, ProblemList problems)
    {
        YamlDocumentReader reader = new(text, problems);
        try
        {
            return reader.ReadDocument();
        }
        catch (YamlException exception)
        {
            string detail = exception.Message.TrimEnd('.', ' ');
            problems.FileError((int)exception.Start.Line, (int)exception.Start.Column, $"not valid YAML: {detail}");
            return null;
        }
        catch (Exception exception) when (
            exception is InvalidOperationException or ArgumentException or FormatException or OverflowException)
        {
            // YamlDotNet's scanner throws these, without a place, for some broken texts, such as a list that is not closed.
            Mark place = reader.scanner.CurrentPosition;
            problems.FileError(
                (int)place.Line, (int)place.Column, "not valid YAML", "is a quote, bracket or brace before this place not closed?");
            return null;
        }
    }

    private SettingNode? ReadDocument()
    {
        Take<StreamStart>();
        if (Take<DocumentStart>() is null)
        {
            problems.FileError(0, 0, "the file is empty", "a minimal file has the line 'connectors: {span_metrics: {}}'");
            return null;
        }

        SettingNode root = ReadNode("", 0);
        Take<DocumentEnd>();
        if (Take<DocumentStart>() is DocumentStart second)
        {
            problems.FileError((int)second.Start.Line, (int)second.Start.Column, "a second YAML document; only one is read");
        }

        return root;
    }

    private SettingNode ReadNode(string path, int depth)
    {
        if (depth > MaxDepth)
        {
            Mark mark = parser.Current!.Start;
            throw new YamlException(mark, mark, $"nested more than {MaxDepth} levels deep");
        }

        if (Take<AnchorAlias>() is AnchorAlias alias)
        {
            return anchors.TryGetValue(alias.Value.Value, out SettingNode? anchored)
                ? anchored
                : throw new YamlException(alias.Start, alias.End, $"alias '*{alias.Value.Value}' stands before its anchor");
        }

        if (parser.Current is not NodeEvent start)
        {
            throw new YamlException(parser.Current!.Start, parser.Current!.End, "a value was expected");
        }

        SettingNode node = start switch
        {
            MappingStart => ReadMapping(path, depth),
            SequenceStart => ReadList(path, depth),
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

    private SettingNode ReadList(string path, int depth)
    {
        SequenceStart start = parser.Consume<SequenceStart>();
        List<SettingNode> items = [];
        while (Take<SequenceEnd>() is null)
        {
            items.Add(ReadNode(path, depth + 1));
        }

        return new SettingNode { Kind = SettingKind.List, Line = (int)start.Start.Line, Column = (int)start.Start.Column, Items = items };
    }

    private SettingNode ReadMapping(string path, int depth)
    {
        MappingStart start = parser.Consume<MappingStart>();
        List<SettingEntry> entries = [];
        List<SettingNode> merged = [];
        HashSet<string> keys = [];
        while (Take<MappingEnd>() is null)
        {
            SettingNode key = ReadNode(path, depth + 1);
            string keyPath = path.Length == 0 ? key.Text : path + "." + key.Text;
            SettingNode value = ReadNode(keyPath, depth + 1);
            if (key.Kind is SettingKind.List or SettingKind.Mapping)
            {
                problems.Error(key, path, $"a key must be a single value, not {key.KindText}");
            }
            else if (key.Text == "<<" && !key.Quoted)
            {
                AddMerged(key, keyPath, value, merged);
            }
            else if (!keys.Add(key.Text))
            {
                problems.Error(key, keyPath, "this key stands twice in the same mapping");
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

        return new SettingNode
        {
            Kind = SettingKind.Mapping,
            Line = (int)start.Start.Line,
            Column = (int)start.Start.Column,
            Entries = entries,
        };
    }

    // The next event if it is of that kind, and steps over it; else null.
    private TEvent? Take<TEvent>()
        where TEvent : ParsingEvent
    {
        if (parser.Current is null)
        {
            parser.MoveNext();
        }

        if (parser.Current is not TEvent taken)
        {
            return null;
        }

        parser.MoveNext();
        return taken;
    }

    private void AddMerged(SettingNode key, string path, SettingNode value, List<SettingNode> merged)
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
                problems.Error(key, path, $"merges a mapping or a list of mappings, not {source.KindText}");
            }
        }
    }
}
