using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Schemas.V1;
using StreamSpanMetrics.Stages;
using StreamSpanMetrics.Tests.Stages.Support;

namespace StreamSpanMetrics.Tests.Stages;

/// <summary>Steps closed by the clock because a source partition stands still (T4, T5).</summary>
public sealed class ForcedCloseTests
{
    private const long First = 170_000_000;
    private const int ForcedEvent = 20;

    private readonly MemoryLog log = new();

    [Fact]
    public void A_partition_that_stands_still_holds_steps_back_for_five_minutes_only()
    {
        MergeBench bench = Started();
        Move(bench, 0, 29);
        bench.Consumer.Then(() => Assert.Empty(bench.PointTexts()));
        Move(bench, 30, 40);
        bench.Consumer.Then(() => bench.Time.Advance(TimeSpan.FromSeconds(6)));
        bench.Run();
        Assert.NotEmpty(bench.Logger.Texts(ForcedEvent));
        Assert.Contains("partition 1", bench.Logger.Texts(ForcedEvent)[0], StringComparison.Ordinal);
        List<(long TimeMillis, long Value)> points = CallPoints.Of(log, 0, "shop");
        Assert.Equal(0, points[0].Value);
        // Each moving record adds one, and the step of the newest one is open.
        Assert.Equal(Enumerable.Range(1, points.Count - 1).Select(value => (long)value), points.Skip(1).Select(point => point.Value));
        Assert.Equal((First + 40) * 10_000, points[^1].TimeMillis);
    }

    [Fact]
    public void When_all_stand_still_nothing_is_closed()
    {
        MergeBench bench = Started();
        Move(bench, 0, 3);
        bench.Consumer.Then(() => bench.Deltas(0, bench.Block(1, 0, 1, First * 10_000, First)));
        for (int i = 0; i < 60; i++)
        {
            bench.Consumer.Then(() => bench.Time.Advance(TimeSpan.FromSeconds(10)));
        }

        bench.Run();
        Assert.Empty(bench.PointTexts());
        Assert.Empty(bench.Logger.Texts(ForcedEvent));
    }

    [Theory]
    [InlineData(false, 0)]
    [InlineData(true, 4)]
    public void A_partition_that_is_held_because_it_is_ahead_does_not_count_as_standing_still(bool held, int steps)
    {
        MergeBench bench = Started();
        bench.Consumer.Then(() =>
        {
            for (int number = 0; number < 5; number++)
            {
                bench.Deltas(0, bench.Block(0, number, number + 1, (First + number) * 10_000, First + number, "shop"));
            }
        });
        for (int i = 0; i < 60; i++)
        {
            bench.Consumer.Then(() =>
            {
                bench.Time.Advance(TimeSpan.FromSeconds(10));
                DeltaBlock block = bench.Block(0, 5, 5, (First + 4) * 10_000, First + 4);
                block.Held = held;
                bench.Deltas(0, block);
            });
        }

        bench.Run();
        Assert.Equal(steps, bench.Logger.Texts(ForcedEvent).Count == 0 ? 0 : CallPoints.Of(log, 0, "shop").Count - 1);
    }

    [Fact]
    public void A_strict_loop_waits_for_ever()
    {
        MergeBench bench = Started(ClosePolicy.Strict);
        Move(bench, 0, 60);
        bench.Run();
        Assert.Empty(bench.PointTexts());
    }

    [Fact]
    public void A_partition_that_moves_slowly_is_waited_for()
    {
        MergeBench bench = Started();
        Move(bench, 0, 25);
        bench.Consumer.Then(() => bench.Deltas(0, bench.Block(1, 0, 1, First * 10_000, First)));
        Move(bench, 26, 50);
        bench.Run();
        Assert.Empty(bench.Logger.Texts(ForcedEvent));
    }

    [Fact]
    public void Late_records_fold_into_the_oldest_open_step_and_are_counted()
    {
        MergeBench bench = Started();
        using MeterReading reading = new(bench.Telemetry.Metrics.Meter);
        Move(bench, 0, 40);
        bench.Consumer.Then(() => bench.Time.Advance(TimeSpan.FromSeconds(6)));
        bench.Consumer.Then(() => bench.Deltas(0, bench.Block(1, 0, 1, (First + 60) * 10_000, First, "late")));
        bench.Consumer.Then(() => bench.Deltas(0, bench.Block(0, 41, 42, (First + 60) * 10_000, First + 60)));
        bench.Run();
        Assert.Equal(1, reading.Read("folded"));
        Assert.Equal(bench.Logger.Texts(ForcedEvent).Count, reading.Read("steps.forced"));
        List<(long TimeMillis, long Value)> late = CallPoints.Of(log, 0, "late");
        Assert.Equal(((First + 40) * 10_000, 0L), late[0]);
        Assert.Equal(1, late[^1].Value);
    }

    [Fact]
    public void A_forced_close_is_repeated_by_a_restore()
    {
        MergeBench bench = Started();
        Move(bench, 0, 40);
        bench.Consumer.Then(() => bench.Deltas(0, bench.Block(1, 0, 1, First * 10_000, First, "late")));
        bench.Consumer.Then(() => bench.Time.Advance(TimeSpan.FromSeconds(10)));
        bench.Consumer.Crash();
        bench.RunToCrash();
        List<string> before = bench.PointTexts();
        Assert.NotEmpty(bench.Progress()!.ForcedCloses);
        MergeBench next = new(log, bench.Time);
        next.Consumer.Assign(0);
        next.Consumer.Then(() => next.Deltas(0, next.Block(1, 1, 2, (First + 45) * 10_000, First + 45)));
        next.Consumer.Then(() => next.Deltas(0, next.Block(0, 41, 42, (First + 45) * 10_000, First + 45)));
        next.Run();
        Assert.Equal(before, next.PointTexts().Take(before.Count));
        Assert.Equal(1, CallPoints.Of(log, 0, "late")[^1].Value);
        Assert.Equal(41, CallPoints.Of(log, 0, "shop")[^1].Value);
    }

    [Fact]
    public void A_crash_in_the_middle_of_a_forced_close_leaves_nothing_missing_and_nothing_double()
    {
        MergeBench whole = Started();
        FeedForced(whole);
        whole.Run();
        List<string> expected = whole.PointTexts();
        int transactions = CountForcedTransactions();
        Assert.True(transactions > 12);
        for (int at = 0; at < transactions; at++)
        {
            foreach (TransactionFault fault in new[] { TransactionFault.CrashBefore, TransactionFault.CrashAfter })
            {
                MemoryLog other = new();
                MergeBench.Start(other, 2);
                MergeBench bench = new(other, change: options => options with { MaxTransactionBytes = 1 });
                int deltas = 0;
                bench.Producer.Fail([.. Enumerable.Repeat(TransactionFault.None, at), fault]);
                bench.Consumer.Assign(0);
                FeedForced(bench, () => deltas++);
                bench.RunToCrash();
                MergeBench next = new(other, bench.Time, options => options with { MaxTransactionBytes = 1 });
                next.Consumer.Assign(0);
                FeedForced(next, null, deltas);
                next.Run();
                // Where the clock closes depends on the clock; the totals at the end do not, and no record may be missing or double.
                Assert.Equal(CallPoints.Of(whole.Log, 0, "shop")[^1], CallPoints.Of(other, 0, "shop")[^1]);
                Assert.Equal(CallPoints.Of(whole.Log, 0, "cart")[^1], CallPoints.Of(other, 0, "cart")[^1]);
                Assert.Equal(expected.Count, next.PointTexts().Count);
                Assert.Equal(
                    Enumerable.Range(1, expected.Count).Select(number => (ulong?)number),
                    other.Read(MergeBench.Metrics, 0).Select(record => PointHeaders.Read(record.Headers, out _)));
            }
        }
    }

    private static int CountForcedTransactions()
    {
        MemoryLog other = new();
        MergeBench.Start(other, 2);
        MergeBench bench = new(other, change: options => options with { MaxTransactionBytes = 1 });
        bench.Consumer.Assign(0);
        FeedForced(bench);
        bench.Run();
        Assert.NotEmpty(bench.Logger.Texts(ForcedEvent));
        return bench.Producer.Attempts.Count;
    }

    private MergeBench Started(ClosePolicy policy = ClosePolicy.Bounded)
    {
        MergeBench.Start(log, 2);
        MergeBench bench = new(log, change: options => options with { ClosePolicy = policy });
        bench.Consumer.Assign(0);
        return bench;
    }

    // One record of partition 0 every ten seconds.
    private static void Move(MergeBench bench, int from, int to)
    {
        for (int i = from; i <= to; i++)
        {
            int number = i;
            bench.Consumer.Then(() =>
            {
                bench.Time.Advance(TimeSpan.FromSeconds(10));
                bench.Deltas(0, bench.Block(0, number, number + 1, (First + number) * 10_000, First + number, "shop"));
            });
        }
    }

    private static void FeedForced(MergeBench bench, Action? fed = null, int skip = 0)
    {
        for (int i = skip; i < 3; i++)
        {
            long number = i;
            bench.Consumer.Then(() =>
            {
                fed?.Invoke();
                bench.Deltas(0, bench.Block(0, number, number + 1, (First + number) * 10_000, First + number, "shop", "cart"));
            });
        }

        if (skip < 4)
        {
            bench.Consumer.Then(() => bench.Time.Advance(TimeSpan.FromSeconds(299)));
            bench.Consumer.Then(() =>
            {
                fed?.Invoke();
                bench.Deltas(0, bench.Block(0, 3, 4, (First + 3) * 10_000, First + 3));
            });
            bench.Consumer.Then(() => bench.Time.Advance(TimeSpan.FromSeconds(6)));
        }

        bench.Consumer.Then(() => bench.Time.Advance(TimeSpan.FromSeconds(6)));
        bench.Consumer.Then(() => bench.Deltas(0, bench.Block(1, 0, 1, (First + 9) * 10_000, First + 9)));
        bench.Consumer.Then(() => bench.Deltas(0, bench.Block(0, 4, 5, (First + 9) * 10_000, First + 9)));
    }
}
