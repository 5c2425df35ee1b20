using StreamSpanMetrics.Core.Totals;

namespace StreamSpanMetrics.Core.Tests.Totals;

public sealed class StepHoldTests
{
    private const long Now = 1_000_000;
    private const long Grace = 15_000;

    private static readonly SourceProgress Newest = new() { Partition = 0, ClockUnixMillis = Now - 1000, IsOwned = true };
    private static readonly SourceProgress Old = new() { Partition = 1, ClockUnixMillis = Now - 60_000, IsOwned = true };

    [Fact]
    public void The_partition_with_the_oldest_watermark_holds_the_step_back()
    {
        StepHold hold = Find(Newest, Old with { WaitForAggregate = 5 }, Newest with { Partition = 2, WaitForAggregate = 500 });
        Assert.Equal(new StepHold(1, HoldReason.Lagging), hold);
    }

    [Theory]
    [InlineData(0, 0, true, true, false, HoldReason.StandingStill)]
    [InlineData(0, 0, true, true, true, HoldReason.ClockBehind)]
    [InlineData(0, 0, false, true, false, HoldReason.IdleUnowned)]
    [InlineData(0, 0, true, false, false, HoldReason.ShardUnowned)]
    [InlineData(7, 0, true, true, true, HoldReason.Lagging)]
    [InlineData(7, 3, true, true, true, HoldReason.Lagging)]
    [InlineData(7, 0, false, true, true, HoldReason.Unowned)]
    [InlineData(7, 0, false, false, true, HoldReason.Unowned)]
    [InlineData(0, 7, true, true, false, HoldReason.MergeLagging)]
    [InlineData(3, 7, true, true, false, HoldReason.MergeLagging)]
    [InlineData(3, 7, true, false, false, HoldReason.ShardUnowned)]
    [InlineData(0, 7, false, false, false, HoldReason.ShardUnowned)]
    public void The_reason_is_what_its_records_wait_for(
        long waitForAggregate, long waitForMerge, bool isOwned, bool shardIsOwned, bool recordsArrive, HoldReason reason)
    {
        SourceProgress held = Old with
        {
            WaitForAggregate = waitForAggregate, WaitForMerge = waitForMerge, IsOwned = isOwned, RecordsArrive = recordsArrive,
        };
        Assert.Equal(new StepHold(1, reason), StepHold.Find([Newest, held], shardIsOwned, Now, Grace));
    }

    [Theory]
    [InlineData(Grace, HoldReason.OnTime)]
    [InlineData(Grace + 1, HoldReason.Lagging)]
    public void Within_the_grace_nothing_is_wrong(long age, HoldReason reason)
    {
        StepHold hold = Find(Newest, Old with { ClockUnixMillis = Now - age, WaitForAggregate = 9 });
        Assert.Equal(new StepHold(1, reason), hold);
    }

    [Fact]
    public void A_partition_without_a_block_is_older_than_any_other()
    {
        SourceProgress silent = new() { Partition = 4, ClockUnixMillis = SourceState.NoClock, WaitForAggregate = 1 };
        Assert.Equal(new StepHold(4, HoldReason.Unowned), Find(Old, silent));
        Assert.Equal(new StepHold(4, HoldReason.NoWatermark), Find(Old, silent with { WaitForAggregate = 0, IsOwned = true }));
    }

    [Fact]
    public void Of_equal_watermarks_the_one_with_more_records_before_it_is_named()
    {
        SourceProgress more = Old with { Partition = 3, WaitForAggregate = 1 };
        Assert.Equal(3, Find(Old, more).Partition);
        Assert.Equal(1, Find(Old, Old with { Partition = 3 }).Partition);
    }

    [Fact]
    public void Without_partitions_nothing_is_held() => Assert.Equal(new StepHold(-1, HoldReason.OnTime), Find());

    private static StepHold Find(params SourceProgress[] sources) => StepHold.Find(sources, shardIsOwned: true, Now, Grace);
}
