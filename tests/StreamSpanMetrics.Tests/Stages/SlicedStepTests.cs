using StreamSpanMetrics.Stages;
using StreamSpanMetrics.Tests.Stages.Support;

namespace StreamSpanMetrics.Tests.Stages;

/// <summary>Steps that close in slices between polls, and transactions that run beside the loop: what comes out is the same (P3).</summary>
public sealed class SlicedStepTests
{
    private const long First = 170_000_000;
    private const int Steps = 4;
    private static readonly string[] Services = ["a", "b", "c", "d", "e", "f"];

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(20)]
    public void Slices_give_the_same_records_as_one_go(int work)
    {
        MergeBench bench = Written(work);
        int polls = 0;
        bench.Consumer.BeforePoll = () => polls++;
        bench.Run();
        Assert.Equal(Whole(), bench.PointTexts());
        Assert.True(work > 10 || polls > 60, $"{polls} polls are no slices.");
    }

    [Fact]
    public void While_a_step_closes_its_partition_is_held_back_and_the_others_go_on()
    {
        MemoryLog log = new();
        MergeBench.Start(log, 2, shards: 2);
        MergeBench bench = new(log, change: options => options with { MaxSliceWork = 1 }, shards: 2);
        Feed(bench, 0);
        bench.Deltas(1, bench.Block(0, 0, 1, First * 10_000, First, "shop"));
        bench.Deltas(1, bench.Block(0, 1, 2, (First + 1) * 10_000, First + 1, "shop"));
        bench.Consumer.Assign(0, 1);
        long? other = null;
        bool held = false;
        bench.Consumer.BeforePoll = () =>
        {
            if (bench.Consumer.Paused.Contains(0) && bench.Consumer.Owned.Contains(0) && bench.Telemetry.RestoringShards == 0)
            {
                held = true;
                other ??= bench.Consumer.Position(1);
            }
        };
        bench.Run();
        Assert.True(held, "The partition was never held back.");
        Assert.True(other > 0, "The other shard stood still.");
        Assert.Equal(Whole(), bench.PointTexts());
        Assert.Empty(bench.Consumer.PausedAtEnd);
        Assert.Equal(log.EndOffset(AggregateBench.Deltas, 1) - 1, log.Committed(MergeBench.Group, 1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(int.MaxValue)]
    public void Revoked_in_the_middle_of_a_step_the_next_owner_goes_on_with_equal_records(int maxTransactionBytes)
    {
        List<string> expected = Whole();
        bool inTheMiddle = false;
        for (int polls = 1; polls < 90; polls += 3)
        {
            MergeBench bench = Written(2, maxTransactionBytes);
            int left = polls;
            bench.Consumer.BusyBelow = TimeSpan.Zero;
            bench.Consumer.Until(() => --left <= 0);
            bench.Consumer.Then(() => bench.Consumer.RevokeNow(0));
            bench.Run();
            inTheMiddle |= bench.Progress() is { EmittedRecords: > 0 };
            MergeBench next = new(bench.Log, bench.Time, options => options with { MaxTransactionBytes = maxTransactionBytes });
            next.Consumer.Assign(0);
            next.Run();
            Assert.Equal(expected, next.PointTexts());
        }

        Assert.True(inTheMiddle, "No revocation met a step half written.");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2000)]
    public void A_failure_in_the_middle_of_a_sliced_step_goes_on_with_equal_records(int maxTransactionBytes)
    {
        List<string> expected = Whole();
        TransactionFault[] faults = [TransactionFault.Aborted, TransactionFault.UnknownWritten, TransactionFault.UnknownNotWritten];
        for (int at = 0; at < 12; at++)
        {
            foreach (TransactionFault fault in faults)
            {
                MergeBench bench = Written(2, maxTransactionBytes);
                bench.Producer.Fail([.. Enumerable.Repeat(TransactionFault.None, at), fault, fault]);
                bench.Consumer.Then(() => { });
                bench.Consumer.Then(() => { });
                bench.Run();
                Assert.Equal(expected, bench.PointTexts());
            }
        }
    }

    [Fact]
    public void A_transaction_on_its_way_does_not_keep_the_loop_from_applying()
    {
        MergeBench bench = Written(int.MaxValue, 1, holds: true);
        bench.Consumer.BusyBelow = TimeSpan.Zero;
        bench.Consumer.Until(() => bench.Tasks.Waiting == 1);
        for (int poll = 0; poll < 30; poll++)
        {
            bench.Consumer.Then(() => Assert.Equal(1, bench.Tasks.Waiting));
        }

        bench.Consumer.Then(() => Assert.Empty(bench.PointTexts()));
        bench.Consumer.Until(() => !bench.Tasks.RunOne() && bench.PointTexts().Count == Steps * Services.Length);
        bench.Run();
        Assert.Equal(Whole(), bench.PointTexts());
    }

    [Theory]
    [InlineData(TransactionFault.None)]
    [InlineData(TransactionFault.Aborted)]
    [InlineData(TransactionFault.UnknownWritten)]
    [InlineData(TransactionFault.UnknownNotWritten)]
    public void A_revocation_waits_for_the_transaction_on_its_way(object fault)
    {
        MergeBench bench = Written(int.MaxValue, 1, holds: true);
        bench.Consumer.BusyBelow = TimeSpan.Zero;
        bench.Consumer.Until(() => bench.Tasks.Waiting == 1);
        bench.Consumer.Then(() =>
        {
            bench.Producer.Fail((TransactionFault)fault);
            bench.Consumer.RevokeNow(0);
            Assert.Equal(0, bench.Tasks.Waiting);
        });
        bench.Run();
        Assert.Equal((TransactionFault)fault == TransactionFault.UnknownNotWritten, bench.PointTexts().Count == 0);
        MergeBench next = new(bench.Log, bench.Time);
        next.Consumer.Assign(0);
        next.Run();
        Assert.Equal(Whole(), next.PointTexts());
    }

    [Fact]
    public void A_transaction_on_its_way_when_the_shard_is_lost_is_not_written()
    {
        MergeBench bench = Written(int.MaxValue, 1, holds: true);
        bench.Consumer.BusyBelow = TimeSpan.Zero;
        bench.Consumer.Until(() => bench.Tasks.Waiting == 1);
        bench.Consumer.Then(() =>
        {
            bench.Consumer.Expel(0);
            bench.Consumer.LoseNow(0);
            Assert.Equal(0, bench.Tasks.Waiting);
            bench.Tasks.AreHeld = false;
            bench.Consumer.AssignNow(0);
            bench.Consumer.BusyBelow = TimeSpan.FromMilliseconds(10);
        });
        bench.Consumer.Then(() => { });
        bench.Run();
        Assert.Equal(Whole(), bench.PointTexts());
        Assert.Contains(bench.Producer.Attempts, attempt => attempt.Outcome == TransactionOutcome.Aborted);
    }

    [Fact]
    public void Pauses_are_measured()
    {
        MergeBench bench = Written(2);
        using MeterReading reading = new(bench.Telemetry.Metrics.Meter);
        bench.Run();
        IReadOnlyDictionary<string, double> told = reading.Read();
        foreach (string work in new[] { "turn", "apply", "close", "state", "commit" })
        {
            Assert.True(told[$"merge.pause{{work={work}}}"] > 0, work);
        }
    }

    private static List<string> Whole()
    {
        MergeBench bench = Written(int.MaxValue);
        bench.Run();
        List<string> points = bench.PointTexts();
        Assert.Equal(Steps * Services.Length, points.Count);
        return points;
    }

    private static MergeBench Written(int work, int maxTransactionBytes = int.MaxValue, bool holds = false)
    {
        MemoryLog log = new();
        MergeBench.Start(log, 2);
        MergeBench bench = new(log, change: options => options with { MaxSliceWork = work, MaxTransactionBytes = maxTransactionBytes });
        Feed(bench, 0);
        bench.Consumer.Then(() =>
        {
            bench.Consumer.AssignNow(0);
            // The restore has been started; transactions are held.
            bench.Tasks.AreHeld = holds;
        });
        return bench;
    }

    // Steps of six resources each, closed by blocks of two partitions in records of their own.
    private static void Feed(MergeBench bench, int shard)
    {
        for (int i = 0; i <= Steps; i++)
        {
            long step = First + i;
            bench.Deltas(shard, bench.Block(0, i, i + 1, step * 10_000, step, [.. Services, .. Services.Skip(i)]));
            bench.Deltas(shard, bench.Block(1, i, i + 1, step * 10_000, step, "f"));
        }
    }
}
