using StreamSpanMetrics.Core.Totals;

namespace StreamSpanMetrics.Core.Tests.Totals;

public sealed class ServiceSeriesTests
{
    [Fact]
    public void Services_are_counted_over_their_resources_the_largest_first()
    {
        ShardDriver driver = new(null, null, 0);
        driver.Apply(BlockBuilder.Block(
            0,
            0,
            [
                new SourceRecord(
                    10_000,
                    One("small", "", "a"), One("large", "test", "a"), One("large", "test", "b"), One("large", "live", "a"),
                    One("also small", "", "a")),
                new SourceRecord(50_000),
            ],
            partitions: 1));

        Assert.Equal(
            [new ServiceSeries("", "large", 3, 2), new ServiceSeries("", "also small", 1, 1), new ServiceSeries("", "small", 1, 1)],
            ServiceSeries.Of(driver.State));
    }

    [Fact]
    public void An_empty_shard_has_no_services() => Assert.Empty(ServiceSeries.Of(new ShardDriver().State));

    private static Observation One(string service, string environment, string operation) =>
        new(new TestResource(service, environment), BlockBuilder.Spans(operation), 1, 5_000_000);
}
