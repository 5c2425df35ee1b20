using OpenTelemetry.Proto.Metrics.V1;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Totals;

/// <summary>Steps, clocks, forced closes, expiry (T1, T4, T5, T6, P-2).</summary>
public sealed class TimeRulesTests
{
    private static readonly TestResource Shop = new("shop");

    [Fact]
    public void A_late_entry_is_lifted_to_the_clock_of_earlier_blocks()
    {
        ShardDriver driver = new(null, null, 0);
        driver.Apply(Block(0, 100, 1));
        driver.Apply(Block(1, 10, 4));
        driver.Apply(Block(2, 110, 0));

        // 100 s is step 6; the record stamped 10 s came behind it.
        Assert.Equal([(90, 0), (105, 5)], driver.Calls());
        Assert.Equal(0, driver.State.FoldedEntries);
    }

    [Fact]
    public void An_entry_of_a_forced_step_folds_into_the_oldest_open_one()
    {
        ShardDriver driver = new();
        driver.Apply(BlockBuilder.Block(0, 0, [At(31, 1)]));
        driver.State.ForceClose(3);
        driver.Emit();
        driver.Apply(BlockBuilder.Block(1, 0, [At(32, 6)]));
        driver.Apply(BlockBuilder.Block(0, 1, [At(76, 0)]));
        driver.Apply(BlockBuilder.Block(1, 1, [At(76, 0)]));

        Assert.Equal([(30, 0), (45, 1), (60, 1), (75, 7)], driver.Calls());
        Assert.Equal(1, driver.State.FoldedEntries);
        ForcedClose forced = Assert.Single(driver.State.ForcedCloses);
        Assert.Equal((1, 3), (forced.DeltasOffset, forced.Step));
    }

    [Fact]
    public void Nothing_closes_before_every_partition_has_a_clock()
    {
        ShardDriver driver = new();
        driver.Apply(BlockBuilder.Block(0, 0, [At(31, 1), At(400, 1)]));
        Assert.Null(driver.State.NextClosableStep);
        Assert.Equal(ShardState.NoStep, driver.State.ClosedStep);
        driver.Apply(BlockBuilder.Block(1, 0, [At(46, 0)], partitions: 3));
        Assert.Equal(ShardState.NoStep, driver.State.ClosedStep);
    }

    [Fact]
    public void A_million_empty_steps_are_jumped_over()
    {
        ShardDriver driver = new(BlockBuilder.Rules with { ExpiryMillis = 60_000 }, null, 0);
        driver.Apply(Block(0, 31, 1));
        driver.Apply(Block(1, 15_000_000_000, 2));
        driver.Apply(Block(2, 15_000_000_016, 0));

        Assert.Equal(1_000_000_000, driver.State.ClosedStep);
        Assert.Equal(1, driver.State.ExpiredSeries);
        Assert.Equal([(30, 0), (45, 1), (60, 1), (75, 1), (90, 1), (15_000_000_000, 0), (15_000_000_015, 2)], driver.Calls());
    }

    [Fact]
    public void An_idle_series_ends_with_a_stale_marker_and_begins_anew()
    {
        ShardDriver driver = new(BlockBuilder.Rules with { ExpiryMillis = 31_000 }, null, 0);
        driver.Apply(Block(0, 31, 3));
        driver.Apply(Block(1, 100, 1));
        driver.Apply(Block(2, 106, 0));

        List<NumberDataPoint> points = [.. driver.CallPoints()];
        NumberDataPoint stale = Assert.Single(points, point => point.Flags == 1);
        Assert.Equal(NumberDataPoint.ValueOneofCase.None, stale.ValueCase);
        Assert.Equal(90_000_000_000UL - 1_000_000, stale.TimeUnixNano);
        Assert.Equal(30_000_000_000UL, stale.StartTimeUnixNano);
        Assert.Equal([(30, 0), (45, 3), (60, 3), (75, 3), (90, 0), (105, 1)], driver.Calls());
        Assert.Equal(90_000_000_000UL, points[^1].StartTimeUnixNano);
        EmittedRecord last = driver.Records.Single(record => record.Step == 5);
        HistogramDataPoint histogram = Assert.Single(ShardDriver.Metrics(last)[1].Histogram.DataPoints);
        Assert.Equal((1u, 3, 0), (histogram.Flags, histogram.ExplicitBounds.Count, histogram.BucketCounts.Count));
    }

    [Fact]
    public void A_change_in_the_step_of_expiry_keeps_the_series()
    {
        ShardDriver driver = new(BlockBuilder.Rules with { ExpiryMillis = 30_000 }, null, 0);
        driver.Apply(Block(0, 31, 3));
        driver.Apply(Block(1, 61, 1));
        driver.Apply(Block(2, 76, 0));

        Assert.Equal([(30, 0), (45, 3), (60, 3), (75, 4)], driver.Calls());
        Assert.Equal(0, driver.State.ExpiredSeries);
    }

    [Fact]
    public void Applying_before_closing_is_a_programming_error()
    {
        ShardState state = new(BlockBuilder.Rules, [0], BlockBuilder.TopicId);
        state.Apply(Block(0, 31, 3), 0);
        state.Apply(Block(1, 61, 3), 1);
        Assert.Equal(2, state.NextClosableStep);
        Assert.Throws<InvalidOperationException>(() => state.Apply(Block(2, 62, 3), 2));
    }

    private static DeltaBlock Block(long from, long seconds, ulong spans) => BlockBuilder.Block(0, from, [At(seconds, spans)], 1);

    private static SourceRecord At(long seconds, ulong spans) => spans == 0
        ? new SourceRecord(seconds * 1000)
        : new SourceRecord(seconds * 1000, new Observation(Shop, BlockBuilder.Spans("GET /"), spans, 2_000_000));
}
