using System.Text.RegularExpressions;

namespace StreamSpanMetrics.Core.Tests.House;

/// <summary>Who may use whom: the arrows between the rooms of Core and between the edges of the executable.</summary>
public sealed class RoomTests
{
    // The order of the data flow. A room uses those before it; Settings stands last and builds the rules of all.
    private static readonly string[] Rooms =
        ["Otlp", "Spans", "Series", "Histograms", "Deltas", "Totals", "Points", "Prometheus", "Settings"];

    private static readonly string[] Edges =
        ["Configuration", "Commands", "Stages", "Kafka", "RemoteWrite", "Http", "Telemetry", "Credentials", "Hosting", "Demo"];

    // Edges that all others may use.
    private static readonly string[] SharedEdges = ["Telemetry", "Credentials"];

    // Edges that put the others together.
    private static readonly string[] WiringEdges = ["Commands", "Hosting", "Demo"];

    private static readonly string[] BackwardArrows = [];
    private static readonly string[] UnknownRooms = [];
    private static readonly string[] ArrowsBetweenEdges = [];

    [Fact]
    public void A_room_of_Core_uses_only_rooms_before_it() => HouseRule.Expect(
        $"Rooms are {string.Join(", ", Rooms)}; a room uses only those before it.",
        from source in RepositoryTree.Sources
        where source.IsCore
        from used in Mentions(source, "StreamSpanMetrics.Core.", Rooms)
        where Array.IndexOf(Rooms, used) > Array.IndexOf(Rooms, source.Room)
        select $"{source.Path} uses {used}",
        BackwardArrows);

    [Fact]
    public void Every_file_stands_in_a_known_room() => HouseRule.Expect(
        "A file of the product stands in a room of Core or in an edge of the executable; beside them only Program.cs.",
        from source in RepositoryTree.Sources
        where (source.IsCore && !Rooms.Contains(source.Room))
            || (source.IsExecutable && !Edges.Contains(source.Room) && source.Name != "Program")
        select source.Path,
        UnknownRooms);

    [Fact]
    public void Edges_do_not_use_each_other() => HouseRule.Expect(
        $"An edge uses Core, {string.Join(", ", SharedEdges)}; "
        + $"only {string.Join(", ", WiringEdges)} use others. Kafka implements the seam of Stages.",
        from source in RepositoryTree.Sources
        where source.IsExecutable && source.Name != "Program" && !WiringEdges.Contains(source.Room)
        from used in Mentions(source, "StreamSpanMetrics.", Edges)
        where used != source.Room && !SharedEdges.Contains(used) && !(source.Room == "Kafka" && used == "Stages")
        select $"{source.Path} uses {used}",
        ArrowsBetweenEdges);

    // By using lines and by qualified names.
    private static IEnumerable<string> Mentions(SourceFile source, string prefix, string[] names) =>
        from name in names
        where Regex.IsMatch(source.Code, $@"(?<![\w.]){Regex.Escape(prefix)}{name}\b")
        select name;
}
