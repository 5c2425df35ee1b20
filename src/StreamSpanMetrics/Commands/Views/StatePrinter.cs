using Spectre.Console;
using Spectre.Console.Rendering;

namespace StreamSpanMetrics.Commands.Views;

/// <summary>Shows the state of shards to a person.</summary>
internal static class StatePrinter
{
    /// <summary>A row for each shard.</summary>
    public static IRenderable RenderList(StateReport<ShardSummary> report)
    {
        ViewTable table = new(
            "#shard", "closed until", "#series", "#services", "#snapshot age s", "#to replay", "#deltas offset", "#state from", "#state to",
            "problem");
        foreach (ShardSummary shard in report.Shards)
        {
            table.Add(
                ViewTable.Number(shard.Shard),
                ViewTable.Time(shard.ClosedUntil),
                ViewTable.Number(shard.ActiveSeries),
                ViewTable.Number(shard.Services),
                ViewTable.Seconds(shard.SnapshotAgeSeconds),
                ViewTable.Number(shard.ReplayOffsets),
                ViewTable.Number(shard.DeltasOffset),
                ViewTable.Number(shard.StateStartOffset),
                ViewTable.Number(shard.StateEndOffset),
                shard.Problem ?? "");
        }

        return new Rows(Line($"{report.ApplicationId} at {ViewTable.Time(report.Time)}"), Text.Empty, table.Table);
    }

    /// <summary>A section for each shard.</summary>
    public static IRenderable RenderDetails(StateReport<ShardDetail> report)
    {
        List<IRenderable> lines = [Line($"{report.ApplicationId} at {ViewTable.Time(report.Time)}")];
        foreach (ShardDetail shard in report.Shards)
        {
            lines.Add(Text.Empty);
            lines.Add(Line(FormattableString.Invariant(
                $"shard {shard.Shard}: closed until {ViewTable.Time(shard.ClosedUntil)}, {ViewTable.Number(shard.ActiveSeries)} series")));
            if (shard.Problem is not null)
            {
                lines.Add(Line("  problem: " + shard.Problem));
            }

            lines.Add(new Padder(Services(shard), new Padding(2, 0, 0, 0)));
            if (shard.LimitedServices.Count > 0)
            {
                lines.Add(new Padder(Limited(shard), new Padding(2, 0, 0, 0)));
            }

            if (shard.TopLabels.Count > 0)
            {
                lines.Add(new Padder(Labels(shard), new Padding(2, 0, 0, 0)));
            }

            lines.Add(new Padder(Sources(shard), new Padding(2, 0, 0, 0)));
        }

        if (report.Shards.Select(shard => shard.Control).FirstOrDefault(control => control is not null) is ControlDetail rules)
        {
            lines.Add(Text.Empty);
            lines.Add(Line($"rules {rules.RulesFingerprint}, written at the first start for {rules.SourceTopic}"));
            lines.AddRange(rules.Rules.Select(rule => Line("  " + rule)));
        }

        return new Rows(lines);
    }

    private static IRenderable Services(ShardDetail shard)
    {
        ViewTable table = new("service", "#series", "#resources");
        foreach (ServiceDetail service in shard.TopServices)
        {
            table.Add(service.FullName, ViewTable.Number(service.Series), ViewTable.Number(service.Resources));
        }

        if (shard.OtherSeries > 0)
        {
            table.Add("other services", ViewTable.Number(shard.OtherSeries), "");
        }

        return table.Table;
    }

    private static IRenderable Limited(ShardDetail shard)
    {
        ViewTable table = new("service at its limit", "#limited resources", "#spans and events in overflow series");
        foreach (ServiceDetail service in shard.LimitedServices)
        {
            table.Add(
                service.FullName,
                ViewTable.Number(service.LimitedResources),
                service.Overflowed.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }

        return table.Table;
    }

    private static IRenderable Labels(ShardDetail shard)
    {
        ViewTable table = new("service", "label", "#values (about)");
        foreach (LabelDetail label in shard.TopLabels)
        {
            table.Add(label.FullName, label.IsLimited ? label.Label + " (at its limit)" : label.Label, ViewTable.Number(label.Values));
        }

        return table.Table;
    }

    private static IRenderable Sources(ShardDetail shard)
    {
        ViewTable table = new("#source partition", "#expected offset", "watermark");
        foreach (SourceDetail source in shard.Sources)
        {
            table.Add(ViewTable.Number(source.Partition), ViewTable.Number(source.ExpectedOffset), ViewTable.Time(source.Watermark));
        }

        return table.Table;
    }

    private static Text Line(string text) => new(Printable.Of(text));
}
