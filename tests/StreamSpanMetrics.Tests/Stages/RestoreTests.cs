using StreamSpanMetrics.Stages;
using StreamSpanMetrics.Tests.Stages.Support;

namespace StreamSpanMetrics.Tests.Stages;

/// <summary>Shards are restored beside the loop, in the order of M1, a few at a time.</summary>
public sealed class RestoreTests
{
    private const long First = 170_000_000;
    private const int Shards = 3;

    private readonly MemoryLog log = new();

    [Fact]
    public void A_shard_that_is_restoring_does_not_keep_the_others_from_going_on()
    {
        MergeBench bench = Started();
        using MeterReading reading = new(bench.Telemetry.Metrics.Meter);
        bench.Consumer.Assign(0);
        bench.Consumer.Then(() => bench.Tasks.AreHeld = true);
        bench.Consumer.Assign(1);
        bench.Consumer.Then(() => bench.Tasks.AreHeld = false);
        bench.Consumer.Then(() =>
        {
            Step(bench, 0);
            Step(bench, 1);
        });
        bench.Consumer.Then(() => { });
        bench.Consumer.Then(() =>
        {
            Assert.NotEmpty(bench.PointTexts(0));
            Assert.Empty(bench.PointTexts(1));
            Assert.Equal([1], bench.Consumer.Paused);
            Assert.Equal(1, reading.Read("restoring.shards"));
            Assert.True(bench.Tasks.RunOne());
        });
        bench.Consumer.Then(() => { });
        bench.Consumer.Then(() =>
        {
            Assert.Equal(bench.PointTexts(0).Count, bench.PointTexts(1).Count);
            Assert.Empty(bench.Consumer.Paused);
            Assert.Equal(0, reading.Read("restoring.shards"));
        });
        bench.Run();
        Assert.Equal(2, reading.Read("restore.duration"));
    }

    [Fact]
    public void Only_a_few_shards_are_restored_at_a_time()
    {
        MergeBench bench = Started(options => options with { MaxRestores = 2 });
        bench.Consumer.Then(() => bench.Tasks.AreHeld = true);
        bench.Consumer.Assign(0, 1, 2);
        bench.Consumer.Then(() =>
        {
            Assert.Equal(3, bench.Telemetry.RestoringShards);
            Assert.Equal(2, bench.Tasks.Waiting);
            Assert.True(bench.Tasks.RunOne());
        });
        bench.Consumer.Then(() =>
        {
            Assert.Equal(2, bench.Telemetry.RestoringShards);
            Assert.Equal(2, bench.Tasks.Waiting);
            Assert.Equal([1, 2], bench.Consumer.Paused.Order());
        });
        bench.Consumer.Until(() => !bench.Tasks.RunOne());
        bench.Consumer.Then(() =>
        {
            Assert.Equal(0, bench.Telemetry.RestoringShards);
            Assert.Empty(bench.Consumer.Paused);
        });
        bench.Run();
    }

    [Fact]
    public void A_shard_revoked_while_it_is_restoring_is_not_ours()
    {
        MergeBench bench = Started();
        Step(bench, 0);
        bench.Consumer.Then(() => bench.Tasks.AreHeld = true);
        bench.Consumer.Assign(0);
        bench.Consumer.Then(() =>
        {
            Assert.Equal(1, bench.Tasks.Waiting);
            bench.Consumer.RevokeNow(0);
            Assert.Equal(0, bench.Telemetry.RestoringShards);
        });
        bench.Consumer.Then(() => Assert.True(bench.Tasks.RunOne()));
        bench.Consumer.Then(() => { });
        bench.Run();
        Assert.Empty(bench.Producer.Attempts);
        MergeBench next = new(log);
        next.Consumer.Assign(0);
        next.Run();
        Assert.NotEmpty(next.PointTexts());
    }

    [Fact]
    public void What_a_revoked_restore_read_does_not_stop_the_loop()
    {
        MergeBench bench = Started();
        bench.Consumer.Then(() => bench.Tasks.AreHeld = true);
        bench.Consumer.Assign(0);
        bench.Consumer.Then(() => bench.Consumer.RevokeNow(0));
        bench.Consumer.Then(() =>
        {
            // The next owner writes while the old restore is still reading.
            log.SetCommitted(MergeBench.Group, 0, 99);
            Assert.True(bench.Tasks.RunOne());
        });
        bench.Consumer.Then(() => log.SetCommitted(MergeBench.Group, 0, 0));
        bench.Run();
        Assert.Equal(0, bench.Tasks.Waiting);
    }

    [Fact]
    public void A_shard_given_back_while_its_old_restore_is_running_is_restored_anew()
    {
        MergeBench bench = Started();
        Step(bench, 0);
        bench.Consumer.Then(() => bench.Tasks.AreHeld = true);
        bench.Consumer.Assign(0);
        bench.Consumer.Then(() =>
        {
            bench.Consumer.RevokeNow(0);
            bench.Consumer.AssignNow(0);
            Assert.Equal(1, bench.Telemetry.RestoringShards);
        });
        bench.Consumer.Until(() =>
        {
            bench.Tasks.AreHeld = false;
            return !bench.Tasks.RunOne();
        });
        bench.Consumer.Then(() => { });
        bench.Run();
        Assert.NotEmpty(bench.PointTexts());
        Assert.Equal(log.EndOffset(AggregateBench.Deltas, 0) - 1, log.Committed(MergeBench.Group, 0));
    }

    [Fact]
    public void A_loop_told_to_stop_while_it_restores_ends()
    {
        MergeBench bench = Started();
        bench.Consumer.Then(() => bench.Tasks.AreHeld = true);
        bench.Consumer.Assign(0, 1, 2);
        bench.Run();
        Assert.Equal(0, bench.Tasks.Waiting);
        Assert.Equal(0, bench.Telemetry.RestoringShards);
        Assert.Empty(bench.Producer.Attempts);
    }

    private MergeBench Started(Func<MergeOptions, MergeOptions>? change = null)
    {
        MergeBench.Start(log, 2, Shards);
        return new MergeBench(log, change: change, shards: Shards);
    }

    // Deltas that close one step.
    private static void Step(MergeBench bench, int shard)
    {
        bench.Deltas(shard, bench.Block(0, 0, 1, (First + 1) * 10_000, First, "shop"));
        bench.Deltas(shard, bench.Block(1, 0, 1, (First + 1) * 10_000, First));
        bench.Deltas(shard, bench.Block(0, 1, 2, (First + 1) * 10_000, First + 1));
    }
}
