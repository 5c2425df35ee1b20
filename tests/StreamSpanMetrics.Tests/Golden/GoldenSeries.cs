using System.Globalization;
using System.Text.RegularExpressions;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Tests.Golden;

/// <summary>Reads series, one per line: name, labels, a space, value.</summary>
internal static partial class GoldenSeries
{
    /// <summary>
    /// The values of a golden <c>series.txt</c> by name and labels. <paramref name="reduced"/> leaves out what comes from resource
    /// attributes outside the identity: the label <c>instance</c>, and <c>target_info</c>.
    /// </summary>
    public static Dictionary<string, double> Read(IEnumerable<string> lines, bool reduced)
    {
        Dictionary<string, double> series = [];
        foreach (string line in lines)
        {
            Match native = NativeValue().Match(line);
            int space = native.Success ? native.Index : line.LastIndexOf(' ');
            string name = line[..space];
            if (reduced && name.StartsWith("target_info{", StringComparison.Ordinal))
            {
                continue;
            }

            name = reduced ? Instance().Replace(name, "$1") : name;
            if (native.Success)
            {
                GoldenNative.Read(line[(space + 1)..], (part, value) => series.Add(name + part, value));
            }
            else
            {
                series.Add(name, double.Parse(line[(space + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture));
            }
        }

        return series;
    }

    /// <summary>
    /// The same of an exposition. The golden files escape labels as JSON does; an exposition leaves control characters as they are. They do
    /// not quote names, as an exposition does where a name is more than letters, digits and underscores.
    /// </summary>
    public static Dictionary<string, double> ReadExposition(string exposition, bool reduced)
    {
        string[] lines = exposition.Split('\n');
        Assert.Equal(["# EOF", ""], lines[^2..]);
        return Read(
            from line in lines[..^2]
            where !line.StartsWith('#')
            select ExpositionLine.Unquoted(line).Replace("\t", @"\t", StringComparison.Ordinal).Replace("\0", @"\u0000", StringComparison.Ordinal),
            reduced);
    }

    [GeneratedRegex(@" \{""?count(_int)?""?:.*\}$")]
    private static partial Regex NativeValue();

    [GeneratedRegex("""([{,])instance="(?:[^"\\]|\\.)*",""")]
    private static partial Regex Instance();
}
