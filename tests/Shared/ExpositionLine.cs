using System.Text.RegularExpressions;

namespace StreamSpanMetrics.Testing;

/// <summary>Reads lines of an exposition.</summary>
public static partial class ExpositionLine
{
    /// <summary>
    /// A line as the golden files have it: they do not quote names, as an exposition does where a name is more than letters, digits and
    /// underscores.
    /// </summary>
    public static string Unquoted(string line) => QuotedLabel().Replace(QuotedMetric().Replace(line, "$1{"), "$1$2=$3");

    [GeneratedRegex("""^\{"([^"\\]+)",""")]
    private static partial Regex QuotedMetric();

    // The whole label, so that nothing within a value is taken for a name.
    [GeneratedRegex("""([{,])"?([^"\\,={}]+)"?=("(?:[^"\\]|\\.)*")""")]
    private static partial Regex QuotedLabel();
}
