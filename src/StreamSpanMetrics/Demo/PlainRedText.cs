namespace StreamSpanMetrics.Demo;

/// <summary>The table as plain lines, without control codes: for files, pipes and logs.</summary>
public static class PlainRedText
{
    /// <summary>The headline and at most <paramref name="mostRows"/> rows in aligned columns.</summary>
    public static IReadOnlyList<string> Lines(RedFrame frame, int mostRows)
    {
        List<string> lines = [frame.Counts + "  " + frame.State];
        if (frame.Rows.Count == 0)
        {
            return lines;
        }

        List<IReadOnlyList<string>> cells = [RedCells.Titles];
        cells.AddRange(frame.Rows.Take(mostRows).Select(RedCells.Of));
        int[] widths = [.. RedCells.Titles.Select((_, column) => cells.Max(row => row[column].Length))];
        foreach (IReadOnlyList<string> row in cells)
        {
            IEnumerable<string> padded = row.Select((text, column) =>
                column < RedCells.TextColumns ? text.PadRight(widths[column]) : text.PadLeft(widths[column]));
            lines.Add("  " + string.Join("  ", padded));
        }

        if (frame.Rows.Count > mostRows)
        {
            lines.Add($"  and {frame.Rows.Count - mostRows} more operations");
        }

        return lines;
    }
}
