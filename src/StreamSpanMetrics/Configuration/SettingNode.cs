namespace StreamSpanMetrics.Configuration;

/// <summary>A node of a settings file and its place there. Immutable; compared by reference.</summary>
internal sealed class SettingNode
{
    /// <summary>Shape; says which of the other properties counts.</summary>
    public required SettingKind Kind { get; init; }

    /// <summary>Line of its first character, from 1.</summary>
    public required int Line { get; init; }

    /// <summary>Column of its first character, from 1.</summary>
    public required int Column { get; init; }

    /// <summary>The text of a scalar; empty for other kinds.</summary>
    public string Text { get; init; } = "";

    /// <summary>
    /// What a message may show of a scalar: its text as it stands in the file. A value from the environment is shown as its reference,
    /// since it may be a secret.
    /// </summary>
    public string Shown { get; init; } = "";

    /// <summary>Whether quotes, or a block, make the scalar a text whatever it looks like.</summary>
    public bool Quoted { get; init; }

    /// <summary>Keys and values of a mapping, in file order.</summary>
    public IReadOnlyList<SettingEntry> Entries { get; init; } = [];

    /// <summary>Elements of a list.</summary>
    public IReadOnlyList<SettingNode> Items { get; init; } = [];

    /// <summary>What the node is, for messages.</summary>
    public string KindText => Kind switch
    {
        SettingKind.Null => "nothing",
        SettingKind.Scalar => "a single value",
        SettingKind.List => "a list",
        _ => "a mapping",
    };

    /// <summary>The entry of <paramref name="key"/>; null if there is none or this is no mapping.</summary>
    public SettingEntry? Find(string key)
    {
        foreach (SettingEntry entry in Entries)
        {
            if (entry.Key.Text == key)
            {
                return entry;
            }
        }

        return null;
    }

    /// <summary>A scalar, or nothing if an unquoted text says so.</summary>
    public static SettingNode FromText(string text, string shown, bool quoted, int line, int column)
    {
        bool isNull = !quoted && text is ("" or "~" or "null" or "Null" or "NULL");
        return new SettingNode
        {
            Kind = isNull ? SettingKind.Null : SettingKind.Scalar,
            Text = text,
            Shown = shown,
            Quoted = quoted,
            Line = line,
            Column = column,
        };
    }
}
