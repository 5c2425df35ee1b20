using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace StreamSpanMetrics.Commands.Repairs;

/// <summary>Shows what <c>state verify</c> found to a person.</summary>
internal static class VerifyPrinter
{
    /// <summary>One line a finding.</summary>
    public static IRenderable Render(VerifyReport report)
    {
        List<IRenderable> lines = [.. report.Findings.Select(finding => Line($"{finding.Kind}: {finding.Message}"))];
        lines.AddRange(report.Repairs.Select(repair => Line("repaired: " + repair)));
        lines.Add(Line(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.ApplicationId}: {report.Shards} shards, {report.Chunks} chunks, {report.ActiveSeries} series looked at; "
            + $"{(report.Findings.Count == 0 ? "all is well" : $"{report.Findings.Count} findings")}")));
        return new Rows(lines);
    }

    private static Text Line(string text) => new(Printable.Of(text));
}
