using System.Globalization;

namespace StreamSpanMetrics.Demo;

/// <summary>The texts of a row's cells, the same in both forms of the table.</summary>
internal static class RedCells
{
    /// <summary>Titles of the columns.</summary>
    public static readonly IReadOnlyList<string> Titles =
        ["service", "operation", "kind", "rate/s", "errors", "p50 ms", "p95 ms", "p99 ms", "calls"];

    /// <summary>Number of leading columns that hold text; the others hold numbers.</summary>
    public const int TextColumns = 3;

    /// <summary>Place of the errors column.</summary>
    public const int ErrorsColumn = 4;

    /// <summary>One text per column; a dash where there is no value.</summary>
    public static string[] Of(RedRow row)
    {
        return
        [
            Printable(row.Key.Service),
            Printable(row.Key.SpanName),
            row.Key.SpanKind.Replace("SPAN_KIND_", "", StringComparison.Ordinal).ToLowerInvariant(),
            row.Stale ? "stale" : Number(row.CallsPerSecond, "0.0"),
            double.IsNaN(row.ErrorShare) ? "-" : Number(row.ErrorShare * 100, "0.0") + "%",
            Number(row.P50Millis, "0.0"),
            Number(row.P95Millis, "0.0"),
            Number(row.P99Millis, "0.0"),
            row.Total.Spans.ToString(CultureInfo.InvariantCulture),
        ];
    }

    // Names come from records: nothing in them may steer the terminal.
    private static string Printable(string text) => new([.. text.Select(character => char.IsControl(character) ? '\uFFFD' : character)]);

    private static string Number(double value, string format)
    {
        return double.IsNaN(value) ? "-" : value.ToString(format, CultureInfo.InvariantCulture);
    }
}
