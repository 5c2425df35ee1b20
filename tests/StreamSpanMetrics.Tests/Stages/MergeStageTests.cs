using StreamSpanMetrics.Schemas.V1;
using StreamSpanMetrics.Stages;
using StreamSpanMetrics.Tests.Stages.Support;

namespace StreamSpanMetrics.Tests.Stages;

/// <summary>Points, restores and failures of the merge loop (M1, M2, A4).</summary>
public sealed class MergeStageTests
{
    private const long First = 170_000_000;
    private readonly MemoryLog log = new();

    [Fact]
    public void A_step_closes_when_all_partitions_have_passed_it()
    {
        MergeBench bench = Started();
        bench.Consumer.Assign(0);
        bench.Consumer.Then(() => bench.Deltas(0, bench.Block(0, 0, 1, Millis(First + 1), First, "shop")));
        bench.Consumer.Then(() => Assert.Empty(bench.PointTexts()));
        bench.Consumer.Then(() => bench.Deltas(0, bench.Block(1, 0, 0, Millis(First + 1), First)));
        bench.Run();
        Assert.Equal([(Millis(First), 0L), (Millis(First + 1), 1L)], CallPoints.Of(log, 0, "shop"));
        Assert.Equal(log.Committed(MergeBench.Group, 0), bench.Progress()!.DeltasOffset);
    }

    [Fact]
    public void A_shard_without_points_writes_its_progress_beside_a_busy_one()
    {
        MergeBench.Start(log, sourcePartitions: 2, shards: 2);
        MergeBench bench = new(log, shards: 2);
        bench.Consumer.Assign(0, 1);
        for (int second = 0; second < 8; second++)
        {
            int at = second;
            bench.Consumer.Then(() =>
            {
                bench.Time.Advance(TimeSpan.FromSeconds(1));
                bench.Deltas(0, bench.Block(0, at, at + 1, Millis(First + at + 1), First + at, "shop"));
                bench.Deltas(0, bench.Block(1, at, at + 1, Millis(First + at + 1), First + at, "shop"));
                bench.Deltas(1, bench.Block(0, at, at + 1, Millis(First + at + 1), First + at));
            });
        }

        // Within the script: at its end the loop hands over, and writes whatever it has.
        bench.Consumer.Then(() =>
        {
            Assert.NotEmpty(bench.PointTexts());
            Assert.Empty(bench.PointTexts(1));
            Assert.NotNull(bench.Progress(1));
            Assert.Equal(log.Committed(MergeBench.Group, 1), bench.Progress(1)!.DeltasOffset);
        });
        bench.Run();
    }

    [Fact]
    public void After_a_crash_the_next_owner_goes_on_with_equal_records()
    {
        List<string> expected = Undisturbed();
        for (int crash = 0; crash < 5; crash++)
        {
            foreach (TransactionFault fault in new[] { TransactionFault.CrashBefore, TransactionFault.CrashAfter })
            {
                MemoryLog other = new();
                MergeBench bench = Started(other);
                bench.Producer.Fail([.. Enumerable.Repeat(TransactionFault.None, crash), fault]);
                Feed(bench);
                bench.RunToCrash();
                MergeBench next = new(other);
                Feed(next, (int)other.EndOffset(AggregateBench.Deltas, 0) / 2);
                next.Run();
                Assert.Equal(expected, MergeBench.PointTexts(other));
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_unknown_outcome_restores_the_shard_and_goes_on_with_equal_records(bool written)
    {
        TransactionFault fault = written ? TransactionFault.UnknownWritten : TransactionFault.UnknownNotWritten;
        List<string> expected = Undisturbed();
        for (int at = 0; at < 5; at++)
        {
            MemoryLog other = new();
            MergeBench bench = Started(other);
            bench.Producer.Fail([.. Enumerable.Repeat(TransactionFault.None, at), fault, fault]);
            Feed(bench);
            bench.Run();
            Assert.Equal(expected, MergeBench.PointTexts(other));
            Assert.Contains(bench.Producer.Attempts, attempt => attempt.Outcome == TransactionOutcome.Unknown);
        }
    }

    [Fact]
    public void An_aborted_transaction_is_tried_again_with_equal_records()
    {
        List<string> expected = Undisturbed();
        for (int at = 0; at < 5; at++)
        {
            MemoryLog other = new();
            MergeBench bench = Started(other);
            bench.Producer.Fail([.. Enumerable.Repeat(TransactionFault.None, at), TransactionFault.Aborted, TransactionFault.Aborted]);
            Feed(bench);
            bench.Run();
            Assert.Equal(expected, MergeBench.PointTexts(other));
            MergeBench next = new(other);
            next.Consumer.Assign(0);
            next.Run();
        }
    }

    [Fact]
    public void A_fenced_loop_stops()
    {
        MergeBench bench = Started();
        bench.Producer.Fail(TransactionFault.Fenced);
        Feed(bench);
        Assert.Throws<StageStoppedException>(bench.Run);
        Assert.Empty(bench.PointTexts());
    }

    [Fact]
    public void A_revoked_shard_is_committed_inside_the_handler()
    {
        MergeBench bench = Started();
        bench.Consumer.Assign(0);
        bench.Consumer.Then(() => bench.Deltas(0, bench.Block(0, 0, 1, Millis(First), First, "shop")));
        bench.Consumer.Then(() =>
        {
            bench.Consumer.RevokeNow(0);
            Assert.Equal(1, bench.Log.Committed(MergeBench.Group, 0));
        });
        bench.Run();
    }

    [Fact]
    public void A_lost_shard_is_dropped()
    {
        MergeBench bench = Started();
        bench.Consumer.Assign(0);
        bench.Consumer.Then(() => bench.Deltas(0, bench.Block(0, 0, 1, Millis(First), First, "shop")));
        bench.Consumer.Then(() => bench.Consumer.LoseNow(0));
        bench.Run();
        Assert.Empty(bench.Producer.Attempts);
        Assert.Equal(0, bench.Log.Committed(MergeBench.Group, 0));
    }

    [Theory]
    [InlineData(0L)]
    [InlineData(99L)]
    [InlineData(null)]
    public void A_committed_offset_other_than_the_progress_stops_with_a_hint(long? committed)
    {
        MergeBench bench = Started();
        Feed(bench);
        bench.Run();
        log.SetCommitted(MergeBench.Group, 0, committed);
        MergeBench next = new(log);
        next.Consumer.Assign(0);
        StageStoppedException stopped = Assert.Throws<StageStoppedException>(next.Run);
        Assert.Contains("app.deltas[0]", stopped.Message, StringComparison.Ordinal);
        Assert.Contains(committed is null ? "offset is gone" : $"offset is {committed}", stopped.Message, StringComparison.Ordinal);
        Assert.Contains("`spanmetrics state rewind --offsets merge --partition 0`", stopped.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_restore_that_was_overtaken_by_the_next_owner_begins_again()
    {
        MergeBench bench = Started();
        Feed(bench, 0, 2);
        bench.Run();
        MergeBench late = new(log);
        late.ShardLog.BeforeState = () =>
        {
            late.Consumer.Expel(0);
            MergeBench other = new(log);
            Feed(other, 2);
            other.Run();
        };
        late.Consumer.Assign(0);
        late.Consumer.Then(() => late.Consumer.LoseNow(0));
        late.Run();
        Assert.Equal(Undisturbed(), MergeBench.PointTexts(log));
    }

    [Fact]
    public void A_committed_offset_without_progress_stops()
    {
        MergeBench bench = Started();
        log.SetCommitted(MergeBench.Group, 0, 4);
        bench.Consumer.Assign(0);
        StageStoppedException stopped = Assert.Throws<StageStoppedException>(bench.Run);
        Assert.Contains("the progress record is missing", stopped.Message, StringComparison.Ordinal);
        Assert.Contains("`spanmetrics state reset --shard 0`", stopped.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_shard_without_control_record_stops()
    {
        MergeBench bench = new(log);
        log.SetCommitted(MergeBench.Group, 0, 0);
        bench.Consumer.Assign(0);
        StageStoppedException stopped = Assert.Throws<StageStoppedException>(bench.Run);
        Assert.Contains("app.state[0]: the control record is missing", stopped.Message, StringComparison.Ordinal);
        Assert.Contains("`spanmetrics state reset --shard 0`", stopped.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refused_block_pauses_its_shard_and_the_others_go_on()
    {
        MergeBench.Start(log, 2, 2);
        MergeBench bench = new(log, shards: 2);
        bench.Consumer.Assign(0, 1);
        bench.Consumer.Then(() =>
        {
            bench.Deltas(0, bench.Block(0, 0, 1, Millis(First), First, "shop"), bench.Block(0, 5, 6, Millis(First), First, "shop"));
            bench.Deltas(1, bench.Block(0, 0, 1, Millis(First), First, "cart"));
        });
        bench.Consumer.Then(() =>
        {
            Assert.Equal([0], bench.Consumer.Paused);
            bench.Deltas(0, bench.Block(0, 1, 2, Millis(First + 5), First + 5), bench.Block(1, 0, 1, Millis(First + 5), First + 5));
            bench.Deltas(1, bench.Block(0, 1, 2, Millis(First + 5), First + 5), bench.Block(1, 0, 1, Millis(First + 5), First + 5));
        });
        bench.Run();
        Assert.Empty(bench.PointTexts(0));
        Assert.NotEmpty(CallPoints.Of(log, 1, "cart"));
        string message = Assert.Single(bench.Logger.Texts(10));
        Assert.Contains("covers the offsets 5 to 6, but 1 is the next one expected", message, StringComparison.Ordinal);
        Assert.Contains("`spanmetrics state rewind --shard 0 --partition 0`", message, StringComparison.Ordinal);
        Assert.Contains("`spanmetrics state accept-gap --shard 0 --partition 0`", message, StringComparison.Ordinal);
        Assert.Contains("app.deltas[0] at offset 0", message, StringComparison.Ordinal);
        Assert.Equal(0, log.Committed(MergeBench.Group, 0));
    }

    [Fact]
    public void A_record_that_is_no_batch_pauses_its_shard()
    {
        MergeBench bench = Started();
        bench.Consumer.Assign(0);
        bench.Consumer.Then(() => log.Append(AggregateBench.Deltas, 0, null, [0xff, 0xff]));
        bench.Run();
        Assert.Contains("no delta batch", Assert.Single(bench.Logger.Texts(10)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_shard_that_was_refused_and_restored_is_refused_again(bool written)
    {
        MergeBench bench = Started();
        Feed(bench);
        bench.Consumer.Then(() =>
        {
            bench.Producer.Fail(written ? TransactionFault.UnknownWritten : TransactionFault.UnknownNotWritten);
            bench.Deltas(
                0, bench.Block(0, 5, 6, Millis(First + 20), First + 20), bench.Block(1, 5, 6, Millis(First + 20), First + 20, "shop"),
                bench.Block(0, 9, 10, Millis(First + 30), First + 30));
        });
        bench.Consumer.Then(() => { });
        bench.Consumer.Then(() => { });
        bench.Run();
        Assert.Equal(2, bench.Logger.Texts(10).Count);
        Assert.Equal([0], bench.Consumer.PausedAtEnd);
        List<long> sequences = Sequences(log);
        Assert.Equal(Enumerable.Range(1, sequences.Count).Select(number => (long)number), sequences);
    }

    [Fact]
    public void Blocks_that_were_applied_are_skipped()
    {
        MergeBench bench = Started();
        DeltaBlock block = bench.Block(0, 0, 1, Millis(First + 1), First, "shop");
        bench.Consumer.Assign(0);
        bench.Consumer.Then(() => bench.Deltas(0, block, block, block.Clone()));
        bench.Consumer.Then(() => bench.Deltas(0, bench.Block(1, 0, 0, Millis(First + 1), First)));
        bench.Run();
        Assert.Equal(1, CallPoints.Of(log, 0, "shop")[^1].Value);
    }

    private static long Millis(long step) => step * MergeBench.StepMillis;

    private static List<long> Sequences(MemoryLog log) =>
        [.. log.Read(MergeBench.Metrics, 0).Select(record => (long)PointHeaders.Read(record.Headers, out _)!.Value)];

    private static List<string> Undisturbed()
    {
        MergeBench bench = Started(new MemoryLog());
        Feed(bench);
        bench.Run();
        List<string> points = bench.PointTexts();
        Assert.True(points.Count >= 5);
        return points;
    }

    private static MergeBench Started(MemoryLog log)
    {
        MergeBench.Start(log, 2);
        return new MergeBench(log);
    }

    // Five records, each with a block of both partitions; each closes a step.
    private static void Feed(MergeBench bench, int from = 0, int to = 5)
    {
        bench.Consumer.Assign(0);
        for (int i = from; i < to; i++)
        {
            long step = First + i;
            string service = i % 2 == 0 ? "shop" : "cart";
            int number = i;
            bench.Consumer.Then(() => bench.Deltas(
                0, bench.Block(0, number, number + 1, Millis(step), step, service), bench.Block(1, number, number + 1, Millis(step), step, "shop")));
            bench.Consumer.Then(() => bench.Time.Advance(TimeSpan.FromSeconds(6)));
        }

        // Time to restore and to commit again.
        for (int i = 0; i < 4; i++)
        {
            bench.Consumer.Then(() => { });
        }
    }

    private MergeBench Started() => Started(log);
}
