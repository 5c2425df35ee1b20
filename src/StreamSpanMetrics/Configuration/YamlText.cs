using System.Buffers;
using System.Globalization;
using System.Text;

namespace StreamSpanMetrics.Configuration;

/// <summary>Builds a YAML text, line by line, in block style.</summary>
internal sealed class YamlText
{
    private const int IndentWidth = 2;

    private static readonly SearchValues<char> PlainLetters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._/-");

    private readonly StringBuilder text = new();
    private int depth;
    private bool itemBegins;

    /// <summary>A comment on a line of its own.</summary>
    public void Comment(string comment) => Line("# " + comment);

    /// <summary>Opens the mapping <paramref name="key"/>; what follows belongs to it until <see cref="Close"/>.</summary>
    public void Open(string key)
    {
        Line(Quote(key) + ":");
        depth++;
    }

    /// <summary>Opens an element of a list that is a mapping; what follows belongs to it until <see cref="Close"/>.</summary>
    public void OpenItem()
    {
        depth++;
        itemBegins = true;
    }

    /// <summary>Closes the mapping opened last.</summary>
    public void Close() => depth--;

    /// <summary>A key with a text.</summary>
    public void Add(string key, string value) => Line(Quote(key) + ": " + Quote(Escape(value)));

    /// <summary>A key with a text that stands in quotes whatever it looks like.</summary>
    public void AddQuoted(string key, string value) => Line(Quote(key) + ": " + InQuotes(Escape(value)));

    /// <summary>A key with a number or truth value that is a text already.</summary>
    public void AddPlain(string key, string value) => Line(Quote(key) + ": " + value);

    /// <summary>A key with a number.</summary>
    public void Add(string key, int value) => Line(Quote(key) + ": " + value.ToString(CultureInfo.InvariantCulture));

    /// <summary>A key with a truth value.</summary>
    public void Add(string key, bool value) => Line(Quote(key) + (value ? ": true" : ": false"));

    /// <summary>A key with a duration.</summary>
    public void Add(string key, TimeSpan value) => Line(Quote(key) + ": " + GoDuration.Format(value));

    /// <summary>A key with a list of texts on one line.</summary>
    public void Add(string key, IEnumerable<string> values)
    {
        Line(Quote(key) + ": [" + string.Join(", ", values.Select(value => Quote(Escape(value)))) + "]");
    }

    /// <summary>A key with a list of durations, given in nanoseconds, on one line.</summary>
    public void AddDurations(string key, IEnumerable<long> nanos)
    {
        Line(Quote(key) + ": [" + string.Join(", ", nanos.Select(GoDuration.Format)) + "]");
    }

    /// <summary>A key whose value is read from an environment variable.</summary>
    public void AddReference(string key, string variable) => Line(Quote(key) + ": \"${env:" + variable + "}\"");

    /// <summary>All lines so far.</summary>
    public override string ToString() => text.ToString();

    private void Line(string line)
    {
        // The dash of an element takes the place of its first line's last indent.
        text.Append(' ', (itemBegins ? depth - 1 : depth) * IndentWidth).Append(itemBegins ? "- " : "").Append(line).Append('\n');
        itemBegins = false;
    }

    private static string Escape(string value) => value.Replace("$", "$$", StringComparison.Ordinal);

    // Plain only where no reader of any YAML version could take the text for something else.
    private static string Quote(string value)
    {
        bool plain = value.Length > 0 && char.IsAsciiLetter(value[0]) && !value.AsSpan().ContainsAnyExcept(PlainLetters) && !IsWord(value);
        return plain ? value : InQuotes(value);
    }

    private static string InQuotes(string value)
    {
        StringBuilder quoted = new("\"");
        foreach (char letter in value)
        {
            _ = letter switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                < ' ' or '\u007f' or '\u0085' or '\u2028' or '\u2029' or '\ufeff' =>
                    quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}"),
                _ => quoted.Append(letter),
            };
        }

        return quoted.Append('"').ToString();
    }

    private static bool IsWord(string value)
    {
        return value.ToLowerInvariant() is "true" or "false" or "yes" or "no" or "on" or "off" or "y" or "n" or "null";
    }
}
