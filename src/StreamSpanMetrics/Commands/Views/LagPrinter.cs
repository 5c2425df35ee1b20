using Spectre.Console;
using Spectre.Console.Rendering;

namespace StreamSpanMetrics.Commands.Views;

/// <summary>Shows lag to a person: first what may be wrong, then the details.</summary>
internal static class LagPrinter
{
    /// <summary>All tables of a look.</summary>
    public static IRenderable Render(LagReport report) => new Rows(
        Line($"{report.ApplicationId} at {ViewTable.Time(report.Time)}"),
        Text.Empty,
        Shards(report),
        Text.Empty,
        Groups(report),
        Text.Empty,
        Sources(report),
        Text.Empty,
        Partitions(report));

    private static IRenderable Shards(LagReport report)
    {
        ViewTable table = new("#shard", "closed until", "#seconds behind", "#held by partition", "why");
        foreach (ShardLag shard in report.Shards)
        {
            table.Add(
                ViewTable.Number(shard.Shard),
                ViewTable.Time(shard.ClosedUntil),
                ViewTable.Seconds(shard.SecondsBehind),
                ViewTable.Number(shard.HeldByPartition),
                shard.Explanation);
        }

        return table.Table;
    }

    private static IRenderable Groups(LagReport report)
    {
        ViewTable table = new("group", "state", "#members", "#records behind", "#seconds behind");
        foreach (GroupLag group in report.Groups)
        {
            table.Add(
                group.Group, group.State, ViewTable.Number(group.Members), ViewTable.Number(group.RecordsBehind),
                ViewTable.Seconds(group.SecondsBehind));
        }

        return table.Table;
    }

    private static IRenderable Sources(LagReport report)
    {
        ViewTable table = new("#source partition", "watermark", "#seconds old", "#merged up to");
        foreach (SourceLag source in report.Sources)
        {
            table.Add(
                ViewTable.Number(source.Partition), ViewTable.Time(source.Watermark), ViewTable.Seconds(source.WatermarkAgeSeconds),
                ViewTable.Number(source.MergedOffset));
        }

        return table.Table;
    }

    private static IRenderable Partitions(LagReport report)
    {
        ViewTable table = new("topic", "#partition", "#committed", "#end", "#records behind", "#seconds behind", "owner");
        foreach (GroupLag group in report.Groups)
        {
            foreach (PartitionLag partition in group.Partitions)
            {
                table.Add(
                    group.Topic,
                    ViewTable.Number(partition.Partition),
                    ViewTable.Number(partition.CommittedOffset),
                    ViewTable.Number(partition.EndOffset),
                    ViewTable.Number(partition.RecordsBehind),
                    ViewTable.Seconds(partition.SecondsBehind),
                    partition.Owner is PartitionOwner owner ? $"{owner.ClientId}@{owner.Host} {owner.MemberId}" : "nobody");
            }
        }

        return table.Table;
    }

    private static Text Line(string text) => new(Printable.Of(text));
}
