using Spectre.Console;
using Spectre.Console.Rendering;

namespace StreamSpanMetrics.Demo;

/// <summary>
/// Lays the table out for a terminal, with colour for errors and for the service that has a burst. A narrow terminal loses columns and the
/// ends of names; a row is always one line, so that the height is known.
/// </summary>
public static class RedTableLayout
{
    // Two lines of figures, the note, two borders, titles, the rule below them, and the terminal's last line, which stays free.
    private const int LinesAround = 8;
    private const int ServiceColumn = 0;
    private const int OperationColumn = 1;
    private const int LeastNameWidth = 6;
    private const double ManyErrors = 0.10;
    private const double SomeErrors = 0.02;

    // What goes first where the width does not do: calls, kind, p50, p99, p95.
    private static readonly int[] dispensable = [8, 2, 5, 7, 6];

    /// <summary>What fits into a terminal of this size, at least one row.</summary>
    /// <param name="frame">What to show.</param>
    /// <param name="terminalColumns">Width of the terminal in characters.</param>
    /// <param name="terminalLines">Height of the terminal in lines.</param>
    public static IRenderable Build(RedFrame frame, int terminalColumns, int terminalLines)
    {
        List<RedRow> rows = [.. frame.Rows.Take(Math.Max(1, terminalLines - LinesAround))];
        List<string[]> cells = [.. rows.Select(RedCells.Of)];
        int[] widths = Widths(cells, terminalColumns);
        int[] shown = [.. Enumerable.Range(0, widths.Length).Where(column => widths[column] > 0)];
        Table table = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey);
        foreach (int column in shown)
        {
            Text title = new(Clip(RedCells.Titles[column], widths[column]), new Style(decoration: Decoration.Bold));
            TableColumn titled = new TableColumn(title).NoWrap();
            table.AddColumn(column < RedCells.TextColumns ? titled : titled.RightAligned());
        }

        for (int index = 0; index < rows.Count; index++)
        {
            RedRow row = rows[index];
            string[] texts = cells[index];
            bool struck = row.Key.Service == frame.StruckService;
            table.AddRow(shown.Select(column => (IRenderable)new Text(Clip(texts[column], widths[column]), StyleOf(row, column, struck))));
        }

        Style stateStyle = frame.StruckService is null ? new Style(Color.Aqua) : new Style(Color.Red, decoration: Decoration.Bold);
        return new Rows(
            new Text(Clip(frame.Counts, terminalColumns), new Style(Color.Aqua)),
            new Text(Clip(frame.State, terminalColumns), stateStyle),
            table,
            new Text(Clip(frame.Note, terminalColumns), new Style(Color.Grey)));
    }

    // Width per column, 0 for one that is left out. Names share what the others leave.
    private static int[] Widths(List<string[]> cells, int terminalColumns)
    {
        int[] widths = [.. RedCells.Titles.Select((title, column) => cells.Select(row => row[column].Length).Append(title.Length).Max())];
        int next = 0;
        while (RoomForNames(widths, terminalColumns) < Math.Min(NamesWidth(widths), 4 * LeastNameWidth) && next < dispensable.Length)
        {
            widths[dispensable[next]] = 0;
            next++;
        }

        int room = Math.Max(2 * LeastNameWidth, RoomForNames(widths, terminalColumns));
        if (NamesWidth(widths) > room)
        {
            widths[ServiceColumn] = Math.Min(widths[ServiceColumn], Math.Max(LeastNameWidth, room / 3));
            widths[OperationColumn] = Math.Min(widths[OperationColumn], room - widths[ServiceColumn]);
        }

        return widths;
    }

    private static int NamesWidth(int[] widths) => widths[ServiceColumn] + widths[OperationColumn];

    // A column costs its border and two blanks; the table one more border.
    private static int RoomForNames(int[] widths, int terminalColumns)
    {
        int columns = widths.Count(width => width > 0);
        return terminalColumns - 1 - (3 * columns) - (widths.Sum() - NamesWidth(widths));
    }

    private static string Clip(string text, int width) => text.Length <= width ? text : text[..Math.Max(0, width - 1)] + "…";

    private static Style StyleOf(RedRow row, int column, bool struck)
    {
        if (row.Stale)
        {
            return new Style(Color.Grey);
        }

        if (column == RedCells.ErrorsColumn)
        {
            return row.ErrorShare switch
            {
                >= ManyErrors => new Style(Color.Red, decoration: Decoration.Bold),
                >= SomeErrors => new Style(Color.Yellow),
                _ => new Style(Color.Green),
            };
        }

        return column == ServiceColumn && struck ? new Style(Color.Red, decoration: Decoration.Bold) : Style.Plain;
    }
}
