using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace StreamSpanMetrics.Commands.Views;

/// <summary>A table without lines. A title that begins with <c>#</c> makes a column of numbers.</summary>
internal sealed class ViewTable
{
    private readonly Table table = new Table().Border(TableBorder.None);

    public ViewTable(params string[] titles)
    {
        foreach (string title in titles)
        {
            TableColumn column = new TableColumn(new Text(title.TrimStart('#'), new Style(decoration: Decoration.Bold))).NoWrap();
            table.AddColumn(title.StartsWith('#') ? column.RightAligned() : column);
        }
    }

    /// <summary>The table as it is so far.</summary>
    public IRenderable Table => table;

    /// <summary>Adds a row.</summary>
    public void Add(params string[] cells) => table.AddRow(cells.Select(cell => new Text(Printable.Of(cell))));

    /// <summary>A number, or a dash.</summary>
    public static string Number(long? value) => value?.ToString(CultureInfo.InvariantCulture) ?? "-";

    /// <summary>Seconds with one decimal, or a dash.</summary>
    public static string Seconds(double? value) => value?.ToString("0.0", CultureInfo.InvariantCulture) ?? "-";

    /// <summary>A time, or a dash.</summary>
    public static string Time(DateTimeOffset? value) =>
        value?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture) ?? "-";
}
