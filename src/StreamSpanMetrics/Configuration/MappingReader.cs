using System.Globalization;

namespace StreamSpanMetrics.Configuration;

/// <summary>
/// Reads the keys of one mapping. A getter that cannot use what it finds notes the problem and returns its fallback, so that reading goes
/// on and all problems are found at once. Every key that is asked for is known; <see cref="Finish"/> refuses the others.
/// </summary>
internal sealed class MappingReader
{
    private readonly ReadingContext context;
    private readonly SettingNode mapping;
    private readonly SettingNode place;
    private readonly HashSet<string> known = [];

    /// <summary>
    /// Reads <paramref name="value"/>, which stands at <paramref name="path"/>; nothing at all reads as an empty mapping.
    /// </summary>
    public MappingReader(ReadingContext context, SettingNode value, string path)
    {
        this.context = context;
        Path = path;
        place = value;
        mapping = context.Environment.Expand(value, path);
        if (mapping.Kind is SettingKind.Scalar or SettingKind.List)
        {
            Error(value, "", $"must be a mapping of keys, not {mapping.KindText}");
        }
    }

    /// <summary>Keys from the top of the file, joined by dots.</summary>
    public string Path { get; }

    /// <summary>Whether the mapping was written, be it empty.</summary>
    public bool IsMapping => mapping.Kind == SettingKind.Mapping;

    /// <summary>Names of the keys that were written, in file order.</summary>
    public IEnumerable<string> Keys => mapping.Entries.Select(entry => entry.Key.Text);

    /// <summary>Shared state of the readers of this file.</summary>
    public ReadingContext Context => context;

    /// <summary>Path of <paramref name="key"/>; of the mapping itself for an empty key.</summary>
    public string PathOf(string key) => key.Length == 0 ? Path : Path.Length == 0 ? key : Path + "." + key;

    /// <summary>The value of <paramref name="key"/> with references replaced; null if it is absent or nothing.</summary>
    public SettingNode? Find(string key)
    {
        known.Add(key);
        SettingEntry? entry = mapping.Find(key);
        if (entry is null)
        {
            return null;
        }

        SettingNode value = context.Environment.Expand(entry.Value, PathOf(key));
        return value.Kind == SettingKind.Null ? null : value;
    }

    /// <summary>Whether <paramref name="key"/> was written, with a value or without.</summary>
    public bool Has(string key) => mapping.Find(key) is not null;

    /// <summary>Where a problem with <paramref name="key"/> belongs: its value, its key, or the mapping.</summary>
    public SettingNode PlaceOf(string key)
    {
        SettingEntry? entry = mapping.Find(key);
        return entry is null ? place : entry.Value.Kind == SettingKind.Null ? entry.Key : entry.Value;
    }

    /// <summary>The value of <paramref name="key"/>, which was written, as it stands in the file.</summary>
    public SettingNode ValueOf(string key)
    {
        known.Add(key);
        return mapping.Find(key)!.Value;
    }

    /// <summary>Where the key itself stands; the mapping if it is absent.</summary>
    public SettingNode KeyPlaceOf(string key) => mapping.Find(key)?.Key ?? place;

    /// <summary>Notes an error with <paramref name="key"/>.</summary>
    public void Error(string key, string message, string? hint = null) => Error(PlaceOf(key), key, message, hint);

    /// <summary>Notes an error at <paramref name="node"/>, a part of the value of <paramref name="key"/>.</summary>
    public void Error(SettingNode node, string key, string message, string? hint = null)
    {
        context.Problems.Error(node, PathOf(key), message, hint);
    }

    /// <summary>Notes a warning about <paramref name="key"/>.</summary>
    public void Warning(string key, string message, string? hint = null)
    {
        context.Problems.Warning(KeyPlaceOf(key), PathOf(key), message, hint);
    }

    /// <summary>A mapping below <paramref name="key"/>; an empty one if it is absent.</summary>
    public MappingReader Section(string key)
    {
        SettingNode? value = Find(key);
        SettingNode node = value ?? new SettingNode { Kind = SettingKind.Null, Line = PlaceOf(key).Line, Column = PlaceOf(key).Column };
        return new MappingReader(context, node, PathOf(key));
    }

    /// <summary>A text; numbers and truth values count as their text, as in the Collector.</summary>
    public string Text(string key, string fallback)
    {
        SettingNode? value = FindScalar(key, "a text");
        return value is null ? fallback : value.Text;
    }

    /// <summary>A truth value.</summary>
    public bool Flag(string key, bool fallback)
    {
        SettingNode? value = FindScalar(key, "true or false");
        switch (value?.Text)
        {
            case null:
                return fallback;
            case "true" or "True" or "TRUE":
                return true;
            case "false" or "False" or "FALSE":
                return false;
            default:
                Error(value, key, $"must be true or false, not '{value.Shown}'");
                return fallback;
        }
    }

    /// <summary>A whole number from <paramref name="lowest"/> to <paramref name="highest"/>.</summary>
    public int Integer(string key, int fallback, int lowest, int highest)
    {
        SettingNode? value = FindScalar(key, "a whole number");
        if (value is null)
        {
            return fallback;
        }

        if (!long.TryParse(value.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number))
        {
            Error(value, key, $"must be a whole number, not '{value.Shown}'");
            return fallback;
        }

        return InRange(value, key, number, lowest, highest) ? (int)number : fallback;
    }

    /// <summary>A number of bytes, plain or with a unit such as <c>8MiB</c>.</summary>
    public int Bytes(string key, int fallback, int lowest, int highest)
    {
        SettingNode? value = FindScalar(key, "a number of bytes");
        if (value is null)
        {
            return fallback;
        }

        if (!ByteSize.TryParse(value.Text, out long bytes))
        {
            Error(value, key, $"must be a number of bytes, not '{value.Shown}'", "write 8388608, 8192KiB or 8MiB");
            return fallback;
        }

        return InRange(value, key, bytes, lowest, highest) ? (int)bytes : fallback;
    }

    /// <summary>
    /// A duration of whole milliseconds; zero is allowed only if it is the lowest, or if <paramref name="orZero"/> says so.
    /// </summary>
    public TimeSpan Duration(string key, TimeSpan fallback, TimeSpan lowest, TimeSpan highest, bool orZero = false)
    {
        SettingNode? value = FindScalar(key, "a duration");
        if (value is null || !TryParseDuration(value, key, out long nanos))
        {
            return fallback;
        }

        long ticks = nanos / TimeSpan.NanosecondsPerTick;
        if (nanos < 0)
        {
            Error(value, key, $"must not be negative, but is '{value.Shown}'");
            return fallback;
        }

        if (nanos % TimeSpan.NanosecondsPerTick != 0 || ticks % TimeSpan.TicksPerMillisecond != 0)
        {
            Error(value, key, $"must be whole milliseconds, but is '{value.Shown}'");
            return fallback;
        }

        if (!(orZero && ticks == 0) && (ticks < lowest.Ticks || ticks > highest.Ticks))
        {
            string zero = orZero ? "0 or " : "";
            Error(value, key, $"must be {zero}from {GoDuration.Format(lowest)} to {GoDuration.Format(highest)}, but is '{value.Shown}'");
            return fallback;
        }

        return TimeSpan.FromTicks(ticks);
    }

    /// <summary>Reads one duration in nanoseconds; notes the problem if <paramref name="value"/> is none.</summary>
    public bool TryParseDuration(SettingNode value, string key, out long nanos)
    {
        nanos = 0;
        if (value.Kind == SettingKind.Scalar && GoDuration.TryParse(value.Text, out nanos))
        {
            return true;
        }

        string shown = value.Kind == SettingKind.Scalar ? $"'{value.Shown}'" : value.KindText;
        bool isNumber = decimal.TryParse(value.Text, NumberStyles.Number, CultureInfo.InvariantCulture, out decimal _);
        string hint = isNumber ? "a number needs its unit: ns, us, ms, s, m or h" : "write it as 500ms, 15s, 1m30s or 1h";
        Error(value, key, $"must be a duration, not {shown}", hint);
        return false;
    }

    /// <summary>One of several words.</summary>
    public TValue Choice<TValue>(string key, TValue fallback, params IReadOnlyList<(string Word, TValue Value)> choices)
    {
        SettingNode? value = FindScalar(key, "one of several words");
        if (value is null)
        {
            return fallback;
        }

        foreach ((string word, TValue meaning) in choices)
        {
            if (word == value.Text)
            {
                return meaning;
            }
        }

        List<string> words = [.. choices.Select(choice => choice.Word)];
        Error(value, key, $"must be {Listed(words)}, not '{value.Shown}'", DidYouMean(value, words));
        return fallback;
    }

    /// <summary>
    /// A list of texts; a single text is split at its commas, as in the Collector. The nodes carry text and place of each.
    /// </summary>
    public IReadOnlyList<SettingNode> TextNodes(string key)
    {
        SettingNode? value = Find(key);
        if (value is null)
        {
            return [];
        }

        if (value.Kind == SettingKind.Scalar)
        {
            string[] parts = value.Text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            return [.. parts.Select(text => Part(text, value))];
        }

        return [.. Items(key).Where(item => IsText(item, key))];
    }

    /// <summary>A list of texts.</summary>
    public IReadOnlyList<string> Texts(string key, IReadOnlyList<string> fallback)
    {
        return Find(key) is null ? fallback : [.. TextNodes(key).Select(node => node.Text)];
    }

    /// <summary>The elements of a list, references replaced; none if the key is absent.</summary>
    public IReadOnlyList<SettingNode> Items(string key)
    {
        SettingNode? value = Find(key);
        if (value is null)
        {
            return [];
        }

        if (value.Kind != SettingKind.List)
        {
            Error(value, key, $"must be a list, not {value.KindText}");
            return [];
        }

        return [.. value.Items.Select(item => context.Environment.Expand(item, PathOf(key)))];
    }

    /// <summary>Marks keys as known without reading them.</summary>
    public void Accept(params IReadOnlyList<string> keys)
    {
        known.UnionWith(keys);
    }

    /// <summary>Accepts <paramref name="key"/> with a warning that says why it means nothing here.</summary>
    public void Ignore(string key, string reason)
    {
        if (Find(key) is not null)
        {
            Warning(key, "has no effect here: " + reason);
        }
    }

    /// <summary>Accepts a whole section with one warning; its own keys must still be among <paramref name="keys"/>.</summary>
    public void IgnoreSection(string key, string reason, params IReadOnlyList<string> keys)
    {
        Ignore(key, reason);
        MappingReader section = Section(key);
        section.Accept(keys);
        section.Finish();
    }

    /// <summary>Refuses <paramref name="key"/>, whatever its value, if it was written.</summary>
    public void Refuse(string key, string message, string hint)
    {
        if (Find(key) is not null)
        {
            context.Problems.Error(KeyPlaceOf(key), PathOf(key), message, hint);
        }
    }

    /// <summary>Refuses a switch that is on; off is what happens anyway.</summary>
    public void RefuseIfOn(string key, string hint)
    {
        if (Flag(key, false))
        {
            Error(key, "not supported yet", hint);
        }
    }

    /// <summary>Notes every key that nobody asked for.</summary>
    public void Finish()
    {
        foreach (SettingEntry entry in mapping.Entries)
        {
            if (!known.Contains(entry.Key.Text))
            {
                Error(entry.Key, entry.Key.Text, "there is no such key", Suggestion.For(entry.Key.Text, known));
            }
        }
    }

    /// <summary>A hint for a mistyped value; null if nothing is near, or if the value may be a secret.</summary>
    public static string? DidYouMean(SettingNode value, IReadOnlyCollection<string> words)
    {
        string? nearest = value.Text == value.Shown ? Suggestion.Nearest(value.Text, words) : null;
        return nearest is null ? null : $"did you mean '{nearest}'?";
    }

    private static string Listed(List<string> words)
    {
        return string.Join(", ", words.Take(words.Count - 1)) + " or " + words[^1];
    }

    private SettingNode? FindScalar(string key, string expected)
    {
        SettingNode? value = Find(key);
        if (value is null or { Kind: SettingKind.Scalar })
        {
            return value;
        }

        Error(value, key, $"must be {expected}, not {value.KindText}");
        return null;
    }

    private bool IsText(SettingNode item, string key)
    {
        if (item.Kind == SettingKind.Scalar)
        {
            return true;
        }

        Error(item, key, $"every element must be a text, not {item.KindText}");
        return false;
    }

    private bool InRange(SettingNode value, string key, long number, long lowest, long highest)
    {
        if (number >= lowest && number <= highest)
        {
            return true;
        }

        Error(value, key, FormattableString.Invariant($"must be from {lowest} to {highest}, but is '{value.Shown}'"));
        return false;
    }

    private static SettingNode Part(string text, SettingNode whole)
    {
        string shown = whole.Text == whole.Shown ? text : whole.Shown;
        return SettingNode.FromText(text, shown, quoted: true, whole.Line, whole.Column);
    }
}
