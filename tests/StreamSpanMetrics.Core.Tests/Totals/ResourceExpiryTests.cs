using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Totals;

/// <summary><c>metrics_expiration</c>: a resource without spans ends with all its series (P-2).</summary>
public sealed class ResourceExpiryTests
{
    private static readonly EmissionRules Sparse = new() { Mode = EmissionMode.Changed, ActiveMillis = 0, HeartbeatMillis = 3_600_000 };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void All_series_of_a_resource_end_together_once_nothing_comes_of_it(bool isSparse)
    {
        ShardDriver driver = Driver(isSparse, seriesMillis: 0, resourceMillis: 31_000);
        driver.Apply(BlockBuilder.Block(0, 0, [At(31, "GET /a"), At(31, "GET /b")], 1));
        driver.Apply(BlockBuilder.Block(0, 2, [At(61, "GET /a")], 1));
        driver.Apply(BlockBuilder.Block(0, 3, [new SourceRecord(400_000)], 1));

        // /b rests from step 2 on, but /a kept its resource until step 4: both end with step 7, at 120 s.
        Assert.Equal(
            [119_999_000_000UL, 119_999_000_000UL], driver.CallPoints().Where(point => point.Flags == 1).Select(point => point.TimeUnixNano));
        Assert.Equal((0, 2, 25), (driver.State.ActiveSeries, driver.State.ExpiredSeries, driver.State.ClosedStep));
        Assert.Empty(driver.State.Resources);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_shorter_of_both_ends_a_series(bool isSparse)
    {
        ShardDriver driver = Driver(isSparse, seriesMillis: 45_000, resourceMillis: 60_000);
        driver.Apply(BlockBuilder.Block(0, 0, [At(31, "GET /a"), At(31, "GET /b")], 1));
        driver.Apply(BlockBuilder.Block(0, 2, [At(61, "GET /a")], 1));
        driver.Apply(BlockBuilder.Block(0, 3, [new SourceRecord(400_000)], 1));

        Assert.Equal(
            [89_999_000_000UL, 119_999_000_000UL], driver.CallPoints().Where(point => point.Flags == 1).Select(point => point.TimeUnixNano));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Another_resource_does_not_keep_it_and_it_begins_anew(bool isSparse)
    {
        ShardDriver driver = Driver(isSparse, seriesMillis: 0, resourceMillis: 30_000);
        driver.Apply(BlockBuilder.Block(0, 0, [At(31, "GET /a")], 1));
        driver.Apply(BlockBuilder.Block(0, 1, [At(61, "GET /a", "prod"), At(76, "GET /a"), At(91, "GET /a", "prod")], 1));
        driver.Apply(BlockBuilder.Block(0, 4, [new SourceRecord(106_000)], 1));

        // (It ended with step 4 and was born again in step 5.)
        Assert.Equal([30UL, 60UL, 75UL], driver.CallPoints().Select(point => point.StartTimeUnixNano / 1_000_000_000).Distinct().Order().ToArray());
        Assert.Equal(1, driver.State.ExpiredSeries);
    }

    private static ShardDriver Driver(bool isSparse, long seriesMillis, long resourceMillis) => new(
        BlockBuilder.Rules with
        {
            ExpiryMillis = seriesMillis, ResourceExpiryMillis = resourceMillis, Emission = isSparse ? Sparse : EmissionRules.All,
        },
        null,
        0);

    private static SourceRecord At(long seconds, string name, string environment = "") =>
        new(seconds * 1000, new Observation(new TestResource("shop", environment), BlockBuilder.Spans(name), 1, 2_000_000));
}
