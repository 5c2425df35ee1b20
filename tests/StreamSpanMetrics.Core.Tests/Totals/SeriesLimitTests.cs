using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Metrics.V1;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Totals;

/// <summary>The limit on the series of a resource and metric (M3).</summary>
public sealed class SeriesLimitTests
{
    private const long Millis = 15_000;

    private static readonly TestResource Shop = new("shop");

    private readonly OneSource source = new(Millis);

    [Fact]
    public void A_third_key_under_a_limit_of_two_goes_to_the_overflow_series()
    {
        ShardDriver driver = Driver(2);
        Step(driver, 1, "a", "b");
        Step(driver, 2, "c");
        Step(driver, 3, "c", "d", "a");
        Assert.Equal(3, driver.State.ActiveSeries);
        NumberDataPoint[] overflow = [.. driver.CallPoints().Where(point => IsOverflow(point.Attributes))];
        Assert.Equal([(30L, 0L), (45, 1), (60, 3)], overflow.Select(point => ((long)point.TimeUnixNano / 1_000_000_000, point.AsInt)));
        Assert.All(overflow, point => Assert.Equal(30_000_000_000UL, point.StartTimeUnixNano));
        Assert.All(overflow, point => Assert.True(Assert.Single(point.Attributes).Value.BoolValue));
        Assert.Equal(2, driver.CallPoints().Last(point => NameOf(point) == "a").AsInt);
    }

    [Fact]
    public void Its_histogram_has_the_durations_of_all_that_overflowed()
    {
        ShardDriver driver = Driver(1);
        Step(driver, 1, "a", "b", "c");
        HistogramDataPoint[] points = [.. driver.Records
            .SelectMany(ShardDriver.Metrics).Where(metric => metric.Histogram is not null)
            .SelectMany(metric => metric.Histogram.DataPoints).Where(point => IsOverflow(point.Attributes))];
        Assert.Equal([0UL, 2UL], points.Select(point => point.Count));
        Assert.Equal(10, points[1].Sum);
        Assert.Equal([0UL, 2UL, 0UL, 0UL], points[1].BucketCounts);
    }

    [Fact]
    public void New_keys_of_a_step_are_admitted_in_the_order_of_their_keys_not_of_their_arrival()
    {
        ShardDriver driver = Driver(2);
        Step(driver, 1, "d", "c", "b", "a");
        Assert.Equal(["a", "b"], Names(driver));
    }

    [Fact]
    public void Every_resource_and_every_family_has_its_own_room()
    {
        ShardDriver driver = Driver(1);
        DeltaBlock block = source.Block(1);
        foreach (TestResource resource in new[] { Shop, new TestResource("cart") })
        {
            BlockBuilder.Add(block, 1, new Observation(resource, BlockBuilder.Spans("a"), 1, 5_000_000));
            BlockBuilder.Add(block, 1, new Observation(resource, BlockBuilder.Events("a", "io"), 1, 0));
            BlockBuilder.Add(block, 1, new Observation(resource, BlockBuilder.Events("a", "net"), 1, 0));
        }

        source.Apply(driver, block, 2);
        Assert.Equal(6, driver.State.ActiveSeries);
        Assert.DoesNotContain(driver.CallPoints(), point => IsOverflow(point.Attributes));
    }

    [Fact]
    public void A_series_that_expires_makes_room_in_the_step_of_its_stale_marker()
    {
        ShardDriver driver = Driver(2, expirySteps: 3);
        Step(driver, 1, "a", "b");
        Step(driver, 2, "b", "c");
        Step(driver, 3, "b", "c");
        Assert.Equal(["a", "b"], Names(driver));
        Step(driver, 4, "b", "c");
        Assert.Equal(["b", "c"], Names(driver));
        NumberDataPoint ended = Assert.Single(driver.CallPoints(), point => point.Flags == 1);
        NumberDataPoint born = driver.CallPoints().First(point => NameOf(point) == "c");
        Assert.Equal(("a", 74_999UL, 60_000UL), (NameOf(ended), ended.TimeUnixNano / 1_000_000, born.StartTimeUnixNano / 1_000_000));
        // The overflow series expires as any other, three steps after the last key that it took.
        Step(driver, 5, "b", "c");
        Step(driver, 6, "b", "c");
        Assert.Equal(2, driver.State.ActiveSeries);
    }

    [Fact]
    public void A_key_at_its_last_step_that_is_seen_again_keeps_its_place()
    {
        ShardDriver driver = Driver(1, expirySteps: 3);
        Step(driver, 1, "b");
        Step(driver, 4, "a", "b");
        Assert.Equal(["b"], Names(driver));
    }

    [Fact]
    public void What_overflows_is_told_by_service_until_the_overflow_series_ends()
    {
        ShardDriver driver = Driver(2, expirySteps: 3);
        Step(driver, 1, "a", "b", "c", "d");
        Step(driver, 2, "a", "b", "c", "e");
        Assert.Equal([new LimitedService("shop", 1, 3)], LimitedService.Of(driver.State));
        ServiceSeries shop = Assert.Single(ServiceSeries.Of(driver.State));
        Assert.Equal((3, 1, 4UL), (shop.Series, shop.LimitedResources, shop.Overflowed));
        Assert.Equal([new LabelValues("", "shop", "span.name", 2)], LabelValues.Of(driver.State));
        Step(driver, 3, "a", "b");
        Step(driver, 4, "a", "b");
        Assert.Single(LimitedService.Of(driver.State));
        Step(driver, 5, "a", "b");
        Assert.Empty(LimitedService.Of(driver.State));
    }

    [Fact]
    public void A_block_with_an_overflow_series_is_malformed()
    {
        ShardDriver driver = Driver(2);
        DeltaBlock block = source.Block(1);
        BlockBuilder.Add(block, 1, new Observation(Shop, new TestSeries(SeriesFamily.Spans), 1, 5_000_000));
        Assert.Equal(ApplyOutcome.Malformed, driver.Apply(block).Outcome);
    }

    private static ShardDriver Driver(int limit, long expirySteps = 0) => new(
        BlockBuilder.Rules with { SeriesLimit = limit, ExpiryMillis = expirySteps * Millis },
        BlockBuilder.PointRules with { ExpiryMillis = expirySteps * Millis },
        0);

    private static bool IsOverflow(IEnumerable<KeyValue> attributes) => attributes.Any(one => one.Key == "otel.metric.overflow");

    private static string NameOf(NumberDataPoint point) =>
        point.Attributes.FirstOrDefault(attribute => attribute.Key == "span.name")?.Value.StringValue ?? "";

    // Names of live series after the step that was closed last.
    private static List<string> Names(ShardDriver driver) =>
        [.. driver.CallPoints()
            .Where(point => point.Flags == 0 && !IsOverflow(point.Attributes)
                && point.TimeUnixNano / 1_000_000 == (ulong)((driver.State.ClosedStep + 1) * Millis))
            .Select(NameOf)];

    private void Step(ShardDriver driver, long step, params string[] names)
    {
        DeltaBlock block = source.Block(step);
        foreach (string name in names)
        {
            BlockBuilder.Add(block, step, new Observation(Shop, BlockBuilder.Spans(name), 1, 5_000_000));
        }

        source.Apply(driver, block, step + 1);
    }
}
