using StreamSpanMetrics.Stages;
using StreamSpanMetrics.Tests.Stages.Support;

namespace StreamSpanMetrics.Tests.Stages;

/// <summary>Steps larger than a transaction (M5).</summary>
public sealed class LargeStepTests
{
    private const long First = 170_000_000;
    private static readonly string[] Services = ["a", "b", "c", "d", "e", "f"];

    [Fact]
    public void A_large_step_is_cut_into_transactions_and_gives_the_same_records()
    {
        MergeBench bench = Written(1);
        bench.Run();
        Assert.Equal(Whole(), bench.PointTexts());
        Assert.All(bench.Producer.Attempts, attempt => Assert.True(PointsOf(attempt) <= 1));
        Assert.True(bench.Producer.Attempts.Count >= 18);
    }

    [Fact]
    public void Offsets_move_only_with_the_last_part()
    {
        MergeBench bench = Written(1);
        bench.Run();
        // The fourth record, at offset 6 behind three others and their markers, closes the first step with its six resources.
        MemoryTransaction[] parts = [.. bench.Producer.Attempts.TakeWhile(attempt => PointsOf(attempt) == 1).Take(5)];
        Assert.Equal(5, parts.Length);
        Assert.All(parts, part => Assert.Equal(6, part.Offsets[0]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1500)]
    public void After_a_crash_in_the_middle_nothing_is_missing_and_nothing_double(int maxTransactionBytes)
    {
        List<string> expected = Whole();
        int transactions = CountTransactions(maxTransactionBytes);
        for (int at = 0; at < transactions; at++)
        {
            foreach (TransactionFault fault in new[] { TransactionFault.CrashBefore, TransactionFault.CrashAfter })
            {
                MergeBench bench = Written(maxTransactionBytes);
                bench.Producer.Fail([.. Enumerable.Repeat(TransactionFault.None, at), fault]);
                bench.RunToCrash();
                MergeBench next = new(bench.Log, bench.Time, options => options with { MaxTransactionBytes = maxTransactionBytes });
                next.Consumer.Assign(0);
                next.Run();
                Assert.Equal(expected, next.PointTexts());
            }
        }
    }

    [Fact]
    public void A_failure_in_the_middle_restores_and_goes_on()
    {
        List<string> expected = Whole();
        int transactions = CountTransactions(1);
        for (int at = 0; at < transactions; at++)
        {
            foreach (TransactionFault fault in new[]
                { TransactionFault.Aborted, TransactionFault.UnknownWritten, TransactionFault.UnknownNotWritten })
            {
                MergeBench bench = Written(1);
                bench.Producer.Fail([.. Enumerable.Repeat(TransactionFault.None, at), fault]);
                bench.Consumer.Then(() => { });
                bench.Consumer.Then(() => { });
                bench.Run();
                Assert.Equal(expected, bench.PointTexts());
            }
        }
    }

    [Fact]
    public void Many_small_steps_at_once_do_not_make_a_large_transaction()
    {
        MemoryLog log = new();
        MergeBench.Start(log, 2);
        MergeBench bench = new(log, change: options => options with { MaxTransactionBytes = 10_000 });
        bench.Deltas(0, bench.Block(0, 0, 1, First * 10_000, First, "shop"));
        bench.Deltas(0, bench.Block(1, 0, 1, (First + 200) * 10_000, First));
        bench.Deltas(0, bench.Block(0, 1, 2, (First + 200) * 10_000, First + 200, "shop"));
        bench.Consumer.Assign(0);
        bench.Run();
        Assert.Equal(201, CallPoints.Of(log, 0, "shop").Count);
        Assert.All(bench.Producer.Attempts, attempt => Assert.True(
            attempt.Records.Where(record => record.Topic == MergeBench.Metrics).Sum(record => record.Key!.Length + record.Value!.Length) < 12_000));
    }

    [Fact]
    public void A_crash_between_many_small_steps_leaves_nothing_missing_and_nothing_double()
    {
        List<string> expected = SmallSteps(int.MaxValue, null);
        for (int at = 0; at < 12; at++)
        {
            Assert.Equal(expected, SmallSteps(1, [.. Enumerable.Repeat(TransactionFault.None, at), TransactionFault.CrashAfter]));
            Assert.Equal(expected, SmallSteps(1, [.. Enumerable.Repeat(TransactionFault.None, at), TransactionFault.CrashBefore]));
        }
    }

    private static List<string> SmallSteps(int maxTransactionBytes, TransactionFault[]? faults)
    {
        MemoryLog log = new();
        MergeBench.Start(log, 2);
        MergeBench bench = new(log, change: options => options with { MaxTransactionBytes = maxTransactionBytes });
        bench.Deltas(0, bench.Block(0, 0, 1, First * 10_000, First, "shop"));
        bench.Deltas(0, bench.Block(1, 0, 1, (First + 20) * 10_000, First));
        bench.Deltas(0, bench.Block(0, 1, 2, (First + 20) * 10_000, First + 20, "shop"));
        bench.Consumer.Assign(0);
        if (faults is null)
        {
            bench.Run();
        }
        else
        {
            bench.Producer.Fail(faults);
            bench.RunToCrash();
            MergeBench next = new(log, bench.Time, options => options with { MaxTransactionBytes = maxTransactionBytes });
            next.Consumer.Assign(0);
            next.Run();
        }

        return MergeBench.PointTexts(log);
    }

    private static int PointsOf(MemoryTransaction attempt) => attempt.Records.Count(record => record.Topic == MergeBench.Metrics);

    private static List<string> Whole()
    {
        MergeBench bench = Written(int.MaxValue);
        bench.Run();
        Assert.Equal(18, bench.PointTexts().Count);
        return bench.PointTexts();
    }

    private static int CountTransactions(int maxTransactionBytes)
    {
        MergeBench bench = Written(maxTransactionBytes);
        bench.Run();
        return bench.Producer.Attempts.Count;
    }

    // Three steps of six resources each, closed by blocks of two partitions in records of their own.
    private static MergeBench Written(int maxTransactionBytes)
    {
        MemoryLog log = new();
        MergeBench.Start(log, 2);
        MergeBench bench = new(log, change: options => options with { MaxTransactionBytes = maxTransactionBytes });
        for (int i = 0; i < 4; i++)
        {
            long step = First + i;
            bench.Deltas(0, bench.Block(0, i, i + 1, step * 10_000, step, Services));
            bench.Deltas(0, bench.Block(1, i, i + 1, step * 10_000, step, "f"));
        }

        bench.Consumer.Assign(0);
        return bench;
    }
}
