using OpenTelemetry.Proto.Metrics.V1;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Points;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Totals;

/// <summary>Points of delta temporality: what a step added, from the point before on.</summary>
public sealed class DeltaTemporalityTests
{
    private static readonly ShardRules Rules = BlockBuilder.Rules with { Emission = new EmissionRules { Mode = EmissionMode.Delta } };

    [Fact]
    public void A_point_tells_what_was_added_since_the_one_before()
    {
        ShardDriver driver = new(Rules, null, 0);
        driver.Apply(Block(0, "shop", 31, 3));
        driver.Apply(Block(1, "shop", 46, 2));
        driver.Apply(Block(2, "shop", 121, 1));
        driver.Apply(Block(3, "shop", 136, 0));

        Assert.Equal([(30, 45, 3), (45, 60, 2), (60, 135, 1)], Points(driver));
        Assert.All(driver.Records, record => Assert.Single(record.Request.ResourceMetrics));
        HistogramDataPoint last = Assert.Single(ShardDriver.Metrics(driver.Records[^1])[1].Histogram.DataPoints);
        Assert.Equal((1UL, 2.0, 60_000_000_000UL), (last.Count, last.Sum, last.StartTimeUnixNano));
        Assert.Equal([0UL, 1, 0, 0], last.BucketCounts);
        Assert.All(driver.Records.SelectMany(ShardDriver.Metrics), metric => Assert.Equal(
            AggregationTemporality.Delta, metric.Sum?.AggregationTemporality ?? metric.Histogram.AggregationTemporality));
    }

    [Fact]
    public void Two_resources_with_the_same_keys_have_their_own_starts()
    {
        ShardDriver driver = new(Rules, null, 0);
        driver.Apply(Block(0, "cart", 31, 3));
        driver.Apply(BlockBuilder.Block(0, 1, [At("cart", 61, 1), At("shop", 61, 2)], 1));
        driver.Apply(Block(3, "shop", 76, 0));

        Assert.Equal([(30, 45, 3), (45, 75, 1), (60, 75, 2)], Points(driver));
    }

    [Fact]
    public void A_series_that_rested_for_the_expiry_begins_anew_without_a_word()
    {
        ShardDriver driver = new(Rules with { ExpiryMillis = 45_000 }, null, 0);
        driver.Apply(Block(0, "shop", 31, 3));
        driver.Apply(Block(1, "shop", 121, 1));
        driver.Apply(Block(2, "shop", 136, 0));

        Assert.Equal([(30, 45, 3), (120, 135, 1)], Points(driver));
        Assert.All(driver.CallPoints(), point => Assert.Equal(0u, point.Flags));
        Assert.Equal((1, 1), (driver.State.ExpiredSeries, driver.State.ActiveSeries));
    }

    [Fact]
    public void An_exponential_histogram_begins_at_the_finest_scale_each_time()
    {
        PointRules points = BlockBuilder.PointRules with { Histogram = new() { BoundsNanos = [], ExponentialMaxSize = 4 } };
        ShardDriver driver = new(Rules with { Histogram = new(0, 4) }, points, 0);
        driver.Apply(Exponential(Block(0, "shop", 31, 2), 1_000_000, 1_000_000_000));
        driver.Apply(Exponential(Block(1, "shop", 46, 1), 5_000_000));
        driver.Apply(Block(2, "shop", 61, 0));

        List<ExponentialHistogramDataPoint> all =
            [.. driver.Records.Select(record => ShardDriver.Metrics(record)[1].ExponentialHistogram.DataPoints[0])];
        Assert.Equal([2UL, 1UL], all.Select(point => point.Count));
        Assert.True(all[0].Scale < 0);
        Assert.Equal((20, 5.0, 5.0), (all[1].Scale, all[1].Min, all[1].Max));
    }

    private static List<(long Start, long Time, long Value)> Points(ShardDriver driver) =>
        [.. driver.CallPoints().Select(point =>
            ((long)point.StartTimeUnixNano / 1_000_000_000, (long)point.TimeUnixNano / 1_000_000_000, point.AsInt))];

    private static DeltaBlock Exponential(DeltaBlock block, params ulong[] durationsNanos)
    {
        SeriesColumns columns = block.Steps[0].Resources[0].Series;
        columns.BucketMasks.Clear();
        columns.BucketCounts.Clear();
        ExponentialBuckets buckets = new(4);
        buckets.Add(durationsNanos, new ExponentialScale(DurationUnit.Milliseconds));
        ExponentialColumnsCodec.Add(columns.Exponential = new ExponentialColumns(), buckets);
        return block;
    }

    private static DeltaBlock Block(long from, string service, long seconds, ulong spans) =>
        BlockBuilder.Block(0, from, [At(service, seconds, spans)], 1);

    private static SourceRecord At(string service, long seconds, ulong spans) => spans == 0
        ? new SourceRecord(seconds * 1000)
        : new SourceRecord(seconds * 1000, new Observation(new TestResource(service), BlockBuilder.Spans("GET /"), spans, 2_000_000));
}
