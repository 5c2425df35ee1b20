using StreamSpanMetrics.Stages;
using StreamSpanMetrics.Tests.Stages.Support;

namespace StreamSpanMetrics.Tests.Stages;

/// <summary>A drained shard has merged and closed all that was aggregated, and its loop ends (S6).</summary>
public sealed class DrainTests
{
    private const long First = 170_000_000;
    private readonly MemoryLog log = new();

    [Fact]
    public void The_loop_ends_when_all_is_merged_and_the_last_step_is_closed()
    {
        MergeBench bench = Draining(to: 2);
        bench.Consumer.Assign(0);
        bench.Consumer.Then(() => Step(bench, 0));
        bench.Consumer.Then(() => Assert.Empty(bench.Logger.Texts(33)));
        bench.Consumer.Then(() => Step(bench, 1));
        bench.Consumer.Then(() => { });
        bench.Consumer.Then(() => Assert.Fail("the loop goes on"));
        bench.Run();
        Assert.Single(bench.Logger.Texts(33));
        Assert.Equal(
            [(Millis(First), 0L), (Millis(First + 1), 1L), (Millis(First + 2), 2L), (Millis(First + 3), 2L)], CallPoints.Of(log, 0, "shop"));
        Assert.Equal(First + 2, bench.Progress()!.ClosedStep);
        Assert.Equal(log.Committed(MergeBench.Group, 0), bench.Progress()!.DeltasOffset);
    }

    [Fact]
    public void Draining_twice_writes_nothing_more()
    {
        MergeBench bench = Draining(to: 1);
        bench.Consumer.Assign(0);
        bench.Consumer.Then(() => Step(bench, 0));
        bench.Consumer.Then(() => { });
        bench.Run();
        List<string> points = bench.PointTexts();
        Assert.NotEmpty(points);
        MergeBench again = Draining(to: 1, start: false);
        again.Consumer.Assign(0);
        again.Consumer.Then(() => { });
        again.Consumer.Then(() => Assert.Fail("the loop goes on"));
        again.Run();
        Assert.Equal(points, again.PointTexts());
    }

    [Fact]
    public void A_drained_shard_is_restored_equal()
    {
        MergeBench bench = Draining(to: 1);
        bench.Consumer.Assign(0);
        bench.Consumer.Then(() => Step(bench, 0));
        bench.Consumer.Then(() => { });
        bench.Run();
        MergeBench next = new(log);
        next.Consumer.Assign(0);
        next.Consumer.Then(() => Step(next, 1));
        next.Consumer.Then(() => Step(next, 2));
        next.Run();
        Assert.Equal(3, CallPoints.Of(log, 0, "shop")[^1].Value);
    }

    private static long Millis(long step) => step * MergeBench.StepMillis;

    private static void Step(MergeBench bench, int offset) => bench.Deltas(
        0,
        bench.Block(0, offset, offset + 1, Millis(First + offset + 1), First + offset, "shop"),
        bench.Block(1, offset, offset + 1, Millis(First + offset + 1), First + offset));

    private MergeBench Draining(int to, bool start = true)
    {
        if (start)
        {
            MergeBench.Start(log, 2);
        }

        DrainGoal goal = new(new Dictionary<int, long> { [0] = to, [1] = to }, shards: 1);
        return new MergeBench(log, change: options => options with { Drain = goal });
    }
}
