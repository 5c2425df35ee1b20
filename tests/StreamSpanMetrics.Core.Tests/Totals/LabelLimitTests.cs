using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Metrics.V1;
using OpenTelemetry.Proto.Trace.V1;
using StreamSpanMetrics.Core.Points;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Tests.Support;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Totals;

/// <summary>The limit on the values of a label in the series of a resource (M3).</summary>
public sealed class LabelLimitTests
{
    private const long Millis = 15_000;
    private const string Other = "__cardinality_overflow__";

    private static readonly TestResource Shop = new("shop");

    private OneSource source = new(Millis);

    [Fact]
    public void Values_beyond_the_limit_count_together_in_key_order_not_in_that_of_arrival()
    {
        ShardDriver driver = Driver(2);
        Step(driver, 1, "d", "c", "b", "a");
        Assert.Equal([("a", 1L), ("b", 1), (Other, 2)], Values(driver));
        Step(driver, 2, "e", "d", "a");
        Assert.Equal([("a", 2L), ("b", 1), (Other, 4)], Values(driver));
        NumberDataPoint[] others = [.. driver.CallPoints().Where(point => NameOf(point) == Other)];
        Assert.Equal([(15L, 0L), (30, 2), (45, 4)], others.Select(point => ((long)point.TimeUnixNano / 1_000_000_000, point.AsInt)));
    }

    [Fact]
    public void Every_resource_has_its_own_values_and_all_its_families_have_the_same()
    {
        ShardDriver driver = Driver(1);
        DeltaBlock block = source.Block(1);
        BlockBuilder.Add(block, 1, new Observation(Shop, BlockBuilder.Spans("a"), 1, 5_000_000));
        BlockBuilder.Add(block, 1, new Observation(Shop, BlockBuilder.Events("a", "io"), 1, 0));
        BlockBuilder.Add(block, 1, new Observation(Shop, BlockBuilder.Events("b", "io"), 1, 0));
        BlockBuilder.Add(block, 1, new Observation(new TestResource("cart"), BlockBuilder.Spans("b"), 1, 5_000_000));
        source.Apply(driver, block, 2);
        Assert.Equal([("b", 1L), ("a", 1)], Values(driver));
        Assert.Equal(["a", Other], PointsOf(driver, "events").Select(NameOf));
    }

    [Fact]
    public void A_replaced_value_is_text_whatever_it_was_and_several_may_be_replaced()
    {
        ShardDriver driver = Driver(1);
        DeltaBlock block = source.Block(1);
        BlockBuilder.Add(block, 1, new Observation(Shop, BlockBuilder.Spans("a", "200", ValueKind.Int), 1, 5_000_000));
        BlockBuilder.Add(block, 1, new Observation(Shop, BlockBuilder.Spans("a", "404", ValueKind.Int), 1, 5_000_000));
        BlockBuilder.Add(block, 1, new Observation(Shop, BlockBuilder.Spans("b", "500", ValueKind.Int), 1, 5_000_000));
        BlockBuilder.Add(block, 1, new Observation(Shop, BlockBuilder.Spans("c"), 1, 5_000_000));
        source.Apply(driver, block, 2);
        Assert.Equal(
            [("a", "200"), ("a", Other), (Other, ""), (Other, Other)],
            PointsOf(driver, "calls").Select(point => (NameOf(point), CodeOf(point))));
    }

    [Fact]
    public void The_value_that_stands_for_others_is_none_of_them()
    {
        ShardDriver driver = Driver(1);
        Step(driver, 1, Other, "a", "b");
        Assert.Equal([("a", 1L), (Other, 2)], Values(driver));
    }

    [Fact]
    public void A_value_whose_last_series_ends_makes_room_in_the_step_of_the_stale_marker()
    {
        ShardDriver driver = Driver(1, expirySteps: 3);
        Step(driver, 1, "a");
        Step(driver, 2, "b");
        Step(driver, 3, "b");
        Assert.Equal([("a", 1L), (Other, 2)], Values(driver));
        Step(driver, 4, "b");
        Assert.Equal([("b", 1L), (Other, 2)], Values(driver));
        Step(driver, 5, "b");
        Step(driver, 6, "b");
        Assert.Equal([("b", 3L)], Values(driver));
    }

    [Fact]
    public void What_comes_of_a_replaced_key_is_a_new_series_under_the_limit_on_series()
    {
        ShardDriver driver = Driver(2, seriesLimit: 2);
        Step(driver, 1, "a", "b", "c");
        Assert.Equal([("", 1L), ("a", 1), ("b", 1)], Values(driver));
        Assert.Equal([new LimitedService("shop", 1, 1) { LabelResources = 1 }], LimitedService.Of(driver.State));
        Step(driver, 2, "a");
        Assert.Equal([new LimitedService("shop", 1, 1)], LimitedService.Of(driver.State));
    }

    [Fact]
    public void A_series_of_others_that_expires_and_is_seen_again_takes_room_as_a_new_one()
    {
        ShardDriver driver = Expiring();
        BlockOfCodes(driver, 4, ("a", "1"), ("y", ""));
        Assert.Equal([("", 1L), ("a", 2), ("a", 1)], Values(driver));
        driver = Expiring();
        Step(driver, 4, "y");
        Assert.Equal([("a", 2L), (Other, 2)], Values(driver));
    }

    // That of "z", which was too many, expires with step 4.
    private ShardDriver Expiring()
    {
        source = new OneSource(Millis);
        ShardDriver driver = Driver(1, seriesLimit: 2, expirySteps: 3);
        Step(driver, 1, "a", "z");
        Step(driver, 3, "a");
        Assert.Equal([("a", 2L), (Other, 1)], Values(driver));
        return driver;
    }

    [Fact]
    public void Who_is_limited_by_which_label_is_told()
    {
        ShardDriver driver = Driver(2);
        Step(driver, 1, "a", "b", "c", "d");
        Assert.Equal([new LabelValues("", "shop", "span.name", 2) { IsLimited = true }], LabelValues.Of(driver.State));
        Assert.Equal([new LimitedService("shop", 0, 0) { LabelResources = 1 }], LimitedService.Of(driver.State));
    }

    [Fact]
    public void A_pattern_finds_labels_that_are_judged_by_their_names()
    {
        SpanRules rules = new() { Dimensions = [new DimensionRule("app.a"), new DimensionRule("") { Glob = "http.*" }] };
        PointRules points = new() { IntervalMillis = Millis, LabelLimit = 1 };
        (string, string)[][] spans =
        [
            [("app.a", "1"), ("http.method", "GET"), ("http.route", "/")],
            [("app.a", "1"), ("http.method", "PUT"), ("http.route", "/")],
            [("app.a", "2"), ("http.route", "/item")],
        ];
        List<(long, byte[])> log = [.. spans.Select(span => (1L, Traces.Request(
            [Traces.Text("service.name", "shop")],
            Traces.Span("op", [.. span.Select(one => Traces.Text(one.Item1, one.Item2))]))))];
        EmittedRecord record = new(1, "", new CutRun(rules, points).Run(log, cutAfter: _ => true, restoreAfter: -1)[^1]);
        Metric calls = ShardDriver.Metrics(record).Single(metric => metric.Name.EndsWith("calls", StringComparison.Ordinal));
        Assert.Equal(
            new[] { "app.a=1,http.method=GET,http.route=/", $"app.a=1,http.method={Other},http.route=/", $"app.a={Other},http.route={Other}" }
                .Order(StringComparer.Ordinal),
            calls.Sum.DataPoints.Where(point => point.AsInt == 1)
                .Select(point => string.Join(',', point.Attributes
                    .Where(one => one.Key.StartsWith("app.", StringComparison.Ordinal) || one.Key.StartsWith("http.", StringComparison.Ordinal))
                    .Select(one => $"{one.Key}={one.Value.StringValue}").Order(StringComparer.Ordinal)))
                .Order(StringComparer.Ordinal));
    }

    private static ShardDriver Driver(int limit, int seriesLimit = 0, long expirySteps = 0) => new(
        BlockBuilder.Rules with { LabelLimit = limit, SeriesLimit = seriesLimit, ExpiryMillis = expirySteps * Millis },
        BlockBuilder.PointRules with { ExpiryMillis = expirySteps * Millis },
        0);

    private static string NameOf(NumberDataPoint point) => TextOf(point, "span.name");

    private static string TextOf(NumberDataPoint point, string name) =>
        point.Attributes.FirstOrDefault(attribute => attribute.Key == name)?.Value.StringValue ?? "";

    private static string CodeOf(NumberDataPoint point) =>
        point.Attributes.FirstOrDefault(attribute => attribute.Key == "http.code")?.Value is not AnyValue code ? ""
        : code.HasIntValue ? code.IntValue.ToString(System.Globalization.CultureInfo.InvariantCulture) : code.StringValue;

    // Points of live series at the end of the step that was closed last.
    private static IEnumerable<NumberDataPoint> PointsOf(ShardDriver driver, string metric) => driver.Records
        .SelectMany(ShardDriver.Metrics).Where(one => one.Name.EndsWith(metric, StringComparison.Ordinal))
        .SelectMany(one => one.Sum.DataPoints)
        .Where(point => point.Flags == 0 && point.TimeUnixNano / 1_000_000 == (ulong)((driver.State.ClosedStep + 1) * Millis));

    private static List<(string Name, long Value)> Values(ShardDriver driver) =>
        [.. PointsOf(driver, "calls").Select(point => (NameOf(point), point.AsInt))];

    private void Step(ShardDriver driver, long step, params string[] names) =>
        BlockOfCodes(driver, step, [.. names.Select(name => (name, ""))]);

    private void BlockOfCodes(ShardDriver driver, long step, params (string Name, string Code)[] series)
    {
        DeltaBlock block = source.Block(step);
        foreach ((string name, string code) in series)
        {
            BlockBuilder.Add(block, step, new Observation(Shop, BlockBuilder.Spans(name, code), 1, 5_000_000));
        }

        source.Apply(driver, block, step + 1);
    }
}
