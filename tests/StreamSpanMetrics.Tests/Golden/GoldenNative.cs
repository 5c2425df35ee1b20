using System.Globalization;
using System.Text.RegularExpressions;

namespace StreamSpanMetrics.Tests.Golden;

/// <summary>Reads native histograms into numbers by part, whatever spans they are written in: the golden JSON and our own text.</summary>
internal static partial class GoldenNative
{
    /// <summary>
    /// Tells every number of a histogram; buckets by their index, empty ones not at all. The schema only counts where there are buckets: the
    /// exporter says 0 without any, we the finest, because Prometheus takes one that becomes finer for a reset.
    /// </summary>
    public static void Read(string text, Action<string, double> tell)
    {
        bool isJson = text.StartsWith("{\"", StringComparison.Ordinal);
        bool hasBuckets = text.Contains("positive_spans", StringComparison.Ordinal);
        foreach (string part in (string[])["count", "sum", .. hasBuckets ? (string[])["schema"] : [], "zero_threshold", "zero_count"])
        {
            Match number = Regex.Match(text, $@"""?\b{part}(_int)?""?: ?""?([-+0-9.e]+)");
            // The golden JSON leaves out what is zero.
            Assert.True(number.Success || isJson, $"no {part} in {text}");
            tell("#" + part, number.Success ? double.Parse(number.Groups[2].Value, NumberStyles.Float, CultureInfo.InvariantCulture) : 0);
        }

        (int Offset, int Length)[] spans = isJson ? JsonSpans(text) : TextSpans(text);
        Match list = isJson ? JsonDeltas().Match(text) : TextBuckets().Match(text);
        string[] counts = list.Success ? list.Groups[1].Value.Split([' ', ',', '"'], StringSplitOptions.RemoveEmptyEntries) : [];
        Assert.Equal(spans.Sum(span => span.Length), counts.Length);
        int index = 0;
        int at = 0;
        long running = 0;
        foreach ((int offset, int length) in spans)
        {
            index += offset;
            for (int end = at + length; at < end; at++, index++)
            {
                long number = long.Parse(counts[at], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
                running = isJson ? running + number : number;
                if (running != 0)
                {
                    tell($"#{index}", running);
                }
            }
        }
    }

    private static (int Offset, int Length)[] JsonSpans(string text) =>
        [.. from Match span in JsonSpan().Matches(text) select (Offset(span.Groups["offset"].Value), Offset(span.Groups["length"].Value))];

    private static (int Offset, int Length)[] TextSpans(string text) =>
        [.. from Match span in TextSpan().Matches(TextSpanList().Match(text).Value)
            select (Offset(span.Groups[1].Value), Offset(span.Groups[2].Value))];

    private static int Offset(string text) =>
        text.Length == 0 ? 0 : int.Parse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);

    // A field that is zero is not written.
    [GeneratedRegex("""\{"length": (?<length>\d+)(, "offset": (?<offset>-?\d+))?\}""")]
    private static partial Regex JsonSpan();

    [GeneratedRegex("""\"positive_deltas": \[([^\]]*)\]""")]
    private static partial Regex JsonDeltas();

    [GeneratedRegex(@"positive_spans:\[[^\]]*\]")]
    private static partial Regex TextSpanList();

    [GeneratedRegex(@"(-?\d+):(\d+)")]
    private static partial Regex TextSpan();

    [GeneratedRegex(@"positive_buckets:\[([^\]]*)\]")]
    private static partial Regex TextBuckets();
}
