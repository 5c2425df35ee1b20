using StreamSpanMetrics.Commands.Views;
using StreamSpanMetrics.Core.Totals;

namespace StreamSpanMetrics.Tests.Commands.Views;

public sealed class StepHoldsTests
{
    private static readonly long New = Looks.NowMillis - 1000;
    private static readonly long Old = Looks.NowMillis - 60_000;

    [Fact]
    public void A_lagging_partition_is_named_with_its_records()
    {
        GroupLag aggregate = Looks.Group("aggregate", "spans", Looks.Partition(0, 10, 10), Looks.Partition(1, 20, 320));
        ShardLag lag = Looks.Holds(aggregate).Of(Looks.Shard(0, (10, New), (20, Old)));
        Assert.Equal((1, HoldReason.Lagging, "300 records wait to be aggregated"), (lag.HeldByPartition, lag.Reason, lag.Explanation));
        Assert.Equal(60, lag.SecondsBehind);
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(100 * 15_000), lag.ClosedUntil);
    }

    [Fact]
    public void A_partition_without_an_owner_is_idle_or_waits()
    {
        GroupLag idle = Looks.Group("aggregate", "spans", Looks.Partition(0, 10, 10), Looks.Partition(1, 20, 20, isOwned: false));
        GroupLag waits = Looks.Group("aggregate", "spans", Looks.Partition(0, 10, 10), Looks.Partition(1, 20, 21, isOwned: false));
        ShardProgress shard = Looks.Shard(0, (10, New), (20, Old));
        Assert.Equal(HoldReason.IdleUnowned, Looks.Holds(idle).Of(shard).Reason);
        Assert.Equal(HoldReason.Unowned, Looks.Holds(waits).Of(shard).Reason);
    }

    [Fact]
    public void A_partition_at_its_end_stands_still_or_has_a_clock_behind()
    {
        GroupLag aggregate = Looks.Group("aggregate", "spans", Looks.Partition(0, 10, 10), Looks.Partition(1, 20, 20));
        ShardProgress shard = Looks.Shard(0, (10, New), (20, Old));
        Assert.Equal(HoldReason.StandingStill, Looks.Holds(aggregate).Of(shard).Reason);
        Assert.Equal(HoldReason.ClockBehind, Looks.Holds(aggregate, arriving: 1).Of(shard).Reason);
        Assert.Equal(HoldReason.StandingStill, Looks.Holds(aggregate, arriving: 0).Of(shard).Reason);
    }

    [Fact]
    public void What_is_committed_but_not_merged_is_the_shard_s()
    {
        GroupLag aggregate = Looks.Group("aggregate", "spans", Looks.Partition(0, 10, 10), Looks.Partition(1, 20, 20));
        ShardProgress shard = Looks.Shard(0, (10, New), (15, Old));
        ShardLag lag = Looks.Holds(aggregate).Of(shard);
        Assert.Equal((HoldReason.MergeLagging, "5 source offsets are aggregated and wait to be merged"), (lag.Reason, lag.Explanation));
        Assert.Equal(HoldReason.ShardUnowned, Looks.Holds(aggregate, shardIsOwned: false).Of(shard).Reason);
    }

    [Fact]
    public void Before_the_first_block_there_is_no_step_and_no_watermark()
    {
        GroupLag aggregate = Looks.Group("aggregate", "spans", Looks.Partition(0, 0, 3, isOwned: false));
        ShardLag lag = Looks.Holds(aggregate).Of(Looks.Shard(0));
        Assert.Null(lag.ClosedStep);
        Assert.Null(lag.ClosedUntil);
        Assert.Null(lag.Watermark);
        Assert.Null(lag.SecondsBehind);
        Assert.Equal((0, HoldReason.Unowned), (lag.HeldByPartition, lag.Reason));
    }

    [Fact]
    public void A_source_partition_is_as_far_as_the_last_shard()
    {
        GroupLag aggregate = Looks.Group("aggregate", "spans", Looks.Partition(0, 10, 10), Looks.Partition(1, 20, 20));
        StepHolds holds = Looks.Holds(aggregate);
        IReadOnlyList<SourceLag> sources = holds.Sources([Looks.Shard(0, (10, New), (20, New)), Looks.Shard(1, (8, Old))]);
        Assert.Equal((8L, 60.0), (sources[0].MergedOffset, sources[0].WatermarkAgeSeconds));
        Assert.Equal(20, sources[1].MergedOffset);
        Assert.Null(sources[1].Watermark);
    }
}
