using System.Globalization;
using Spectre.Console;

namespace StreamSpanMetrics.Benchmarks.Topics;

/// <summary>The report for people.</summary>
internal static class ReportTable
{
    private const double Million = 1e6;
    private const string Unknown = "-";

    private static readonly string[] Notes =
    [
        "wall, CPU: from the assignment of the partitions until the last record was read and, but for the bare consumer, counted;",
        "  ours by its own page (asked every 50 ms), the Collector by its commit behind the connector. User and system time of the process.",
        "  The Collector's clock starts when it says that it is ready, a little before its assignment.",
        "to commit: until the group had committed the last record; ours in the transaction with its deltas, every fifth of a step.",
        "to samples: until remote write had taken the last call count. The wait for the end of a step, or for a flush, is in it.",
        "longest pause: upper bounds of the buckets, from the worker's histograms: for that long a cut stopped reading, or a turn of merge polling.",
        "  The Collector does not tell its pauses.",
        "counted spans: sum of all call counters that the sink received.",
    ];

    /// <summary>Prints it to standard output.</summary>
    public static void Print(TopicReport report)
    {
        Figures[] columns = [report.Bare, report.Worker, .. report.Collector is null ? Array.Empty<Figures>() : [report.Collector]];
        Table table = new();
        table.AddColumn("");
        foreach (Figures figures in columns)
        {
            table.AddColumn(new TableColumn(figures.Reader).RightAligned());
        }

        void Row(string name, Func<Figures, string> cell) => table.AddRow([name, .. columns.Select(cell)]);
        double millions = report.Spans / Million;
        Row("wall, s", one => Text(one.WallSeconds, "F2"));
        Row("wall / bare consumer's", one => Text(one.WallSeconds / report.Bare.WallSeconds, "F2"));
        Row("spans/s", one => Text(report.Spans / one.WallSeconds, "N0"));
        Row("CPU s/M spans", one => Text(one.CpuSeconds / millions, "F2"));
        Row("wall to commit, s", one => Text(one.WallSecondsToCommit, "F2"));
        Row("CPU s/M spans, to commit", one => Text(one.CpuSecondsToCommit / millions, "F2"));
        Row("wall to samples, s", one => Text(one.WallSecondsToSamples, "F2"));
        Row("CPU s/M spans, to samples", one => Text(one.CpuSecondsToSamples / millions, "F2"));
        Row("peak RSS, MB", one => Text(one.PeakBytes / Million, "N0"));
        Row("longest pause: cut, ms", one => Text(one.LongestCutMillis, "0.#", "<= "));
        Row("longest pause: merge, ms", one => Text(one.LongestMergePauseMillis, "0.#", "<= "));
        Row("counted spans", one => Text(one.CountedSpans, "N0"));
        AnsiConsole.Write(table);
        Console.WriteLine(FormattableString.Invariant(
            $"{report.Shape}: {report.Spans} spans in {report.Records} records, {report.InputBytes / Million:F1} MB;")
            + FormattableString.Invariant($" {report.Series} series; step {report.Step}"));
        Console.WriteLine(Sizes(report));
        foreach (string note in Notes)
        {
            Console.WriteLine(note);
        }
    }

    private static string Sizes(TopicReport report) => (report.InputLogBytes, report.DeltasLogBytes) is (long input, long deltas)
        ? FormattableString.Invariant($"log of the span topic {input / Million:F1} MB, of the deltas topic, compressed,")
            + FormattableString.Invariant($" {deltas / Million:F2} MB: {100.0 * deltas / input:F2} %")
        : "size of the deltas topic: only known where the command starts the broker";

    private static string Text(double? value, string format, string prefix = "") =>
        value is double known ? prefix + known.ToString(format, CultureInfo.InvariantCulture) : Unknown;
}
