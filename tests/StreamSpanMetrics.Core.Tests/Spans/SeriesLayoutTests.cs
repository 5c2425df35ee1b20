using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Spans;

/// <summary>Families and dimensions under given rules.</summary>
public sealed class SeriesLayoutTests
{
    private static readonly string[] BuiltIn = ["service.name", "span.name", "span.kind", "status.code"];

    [Fact]
    public void Calls_and_duration_share_their_series_while_their_dimensions_agree()
    {
        SeriesLayout layout = new(new SpanRules { Dimensions = [new DimensionRule("a")] });
        Assert.Equal([SeriesFamily.Spans], Families(layout));
        Assert.Equal([.. BuiltIn, "a"], layout.Names(SeriesFamily.Spans).ToArray());
        Assert.Equal(4, layout.BuiltInCount);
        Assert.True(SeriesLayout.HasHistogram(SeriesFamily.Spans));
    }

    [Fact]
    public void Own_dimensions_of_one_metric_part_calls_from_duration()
    {
        SeriesLayout calls = new(new SpanRules { CallsDimensions = [new DimensionRule("c")] });
        Assert.Equal([SeriesFamily.Calls, SeriesFamily.Duration], Families(calls));
        Assert.Equal([.. BuiltIn, "c"], calls.Names(SeriesFamily.Calls).ToArray());
        Assert.Equal(BuiltIn, calls.Names(SeriesFamily.Duration).ToArray());
        SeriesLayout duration = new(new SpanRules { HistogramDimensions = [new DimensionRule("d")] });
        Assert.Equal(BuiltIn, duration.Names(SeriesFamily.Calls).ToArray());
        Assert.Equal([.. BuiltIn, "d"], duration.Names(SeriesFamily.Duration).ToArray());
    }

    [Fact]
    public void Without_histogram_only_calls_are_left()
    {
        SeriesLayout layout = new(new SpanRules { HistogramEnabled = false, HistogramDimensions = [new DimensionRule("d")] });
        Assert.Equal([SeriesFamily.Calls], Families(layout));
        Assert.False(SeriesLayout.HasHistogram(SeriesFamily.Calls));
    }

    [Fact]
    public void Events_have_the_common_dimensions_and_their_own()
    {
        SeriesLayout layout = new(new SpanRules
        {
            EventsEnabled = true,
            Dimensions = [new DimensionRule("a")],
            EventsDimensions = [new DimensionRule("e")],
        });
        Assert.Equal([SeriesFamily.Spans, SeriesFamily.Events], Families(layout));
        Assert.Equal([.. BuiltIn, "a", "e"], layout.Names(SeriesFamily.Events).ToArray());
        Assert.False(SeriesLayout.HasHistogram(SeriesFamily.Events));
    }

    [Fact]
    public void Excluded_built_in_dimensions_are_left_out()
    {
        SeriesLayout layout = new(new SpanRules { IncludeServiceName = false, IncludeSpanKind = false });
        Assert.Equal(["span.name", "status.code"], layout.Names(SeriesFamily.Spans).ToArray());
        Assert.Equal(2, layout.BuiltInCount);
    }

    [Fact]
    public void A_name_twice_is_one_dimension_at_its_first_place_with_the_later_default()
    {
        SeriesLayout layout = new(new SpanRules
        {
            Dimensions = [new DimensionRule("a", "1"), new DimensionRule("b"), new DimensionRule("c", "keep")],
            CallsDimensions = [new DimensionRule("b", "2"), new DimensionRule("a", "3"), new DimensionRule("c")],
        });
        Assert.Equal(
            [new DimensionRule("a", "3"), new DimensionRule("b", "2"), new DimensionRule("c", "keep")],
            layout.Configured(SeriesFamily.Calls).ToArray());
        Assert.Equal(
            [new DimensionRule("a", "1"), new DimensionRule("b"), new DimensionRule("c", "keep")],
            layout.Configured(SeriesFamily.Duration).ToArray());
    }

    [Fact]
    public void A_name_twice_has_the_aliases_of_both_the_later_ones_first()
    {
        SeriesLayout layout = new(new SpanRules
        {
            Dimensions = [new DimensionRule("a") { Aliases = ["x", "y"] }, new DimensionRule("b") { Aliases = ["x"] }],
            CallsDimensions = [new DimensionRule("a") { Aliases = ["z", "y"] }, new DimensionRule("b")],
        });
        Assert.Equal(["z", "y", "x"], layout.Configured(SeriesFamily.Calls)[0].Aliases);
        Assert.Equal(["x"], layout.Configured(SeriesFamily.Calls)[1].Aliases);
        Assert.Equal(["x", "y"], layout.Configured(SeriesFamily.Duration)[0].Aliases);
    }

    private static SeriesFamily[] Families(SeriesLayout layout) => [.. Enum.GetValues<SeriesFamily>().Where(layout.Has)];
}
