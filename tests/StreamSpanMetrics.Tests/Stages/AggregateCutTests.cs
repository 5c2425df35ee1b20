using StreamSpanMetrics.Schemas.V1;
using StreamSpanMetrics.Stages;
using StreamSpanMetrics.Tests.Stages.Support;

namespace StreamSpanMetrics.Tests.Stages;

/// <summary>What a cut covers, and how its transaction ends (A1, A2, A4).</summary>
public sealed class AggregateCutTests
{
    private readonly AggregateBench bench = new();

    [Fact]
    public void A_block_reaches_from_the_committed_offset_to_the_position_with_holes()
    {
        bench.Append(0, "shop");
        bench.Log.AppendHole(AggregateBench.Source, 0);
        bench.Append(0, "shop");
        bench.Log.AppendHole(AggregateBench.Source, 0);
        bench.Consumer.Assign(0, 1);
        bench.Cut();
        bench.Consumer.Then(() => bench.Append(0, "shop"));
        bench.Cut();
        bench.Run();
        List<DeltaBlock> blocks = bench.Blocks(0, 0);
        Assert.Equal([(0, 4), (4, 5)], blocks.Select(block => (block.FromOffset, block.ToOffset)));
        Assert.Equal(5, bench.Log.Committed(AggregateBench.Group, 0));
        Assert.Equal(3, bench.CountedSpans());
    }

    [Fact]
    public void A_range_of_holes_alone_is_covered_too()
    {
        bench.Consumer.Assign(0);
        bench.Consumer.Then(() => bench.Log.AppendHole(AggregateBench.Source, 0));
        bench.Cut();
        bench.Run();
        Assert.Equal((0, 1), bench.Blocks(1, 0).Select(block => (block.FromOffset, block.ToOffset)).Single());
    }

    [Fact]
    public void The_first_block_starts_at_the_committed_offset_not_at_the_first_record()
    {
        for (int i = 0; i < 5; i++)
        {
            bench.Log.AppendHole(AggregateBench.Source, 0);
        }

        bench.Append(0, "shop");
        bench.Log.SetCommitted(AggregateBench.Group, 0, 2);
        bench.Consumer.Assign(0);
        bench.Cut();
        bench.Run();
        Assert.Equal((2, 6), bench.Blocks(0, 0).Select(block => (block.FromOffset, block.ToOffset)).Single());
    }

    [Fact]
    public void Every_shard_gets_a_block_and_an_offset_of_every_partition()
    {
        bench.Append(0, "shop");
        bench.Consumer.Assign(0, 1);
        bench.Cut();
        bench.Run();
        MemoryTransaction written = Assert.Single(bench.Producer.Attempts);
        Assert.Equal([(0, 1L), (1, 0L)], written.Offsets.OrderBy(offset => offset.Key).Select(offset => (offset.Key, offset.Value)));
        for (int shard = 0; shard < AggregateBench.Shards; shard++)
        {
            Assert.Equal([0u, 1u], bench.Blocks(shard).Select(block => block.SourcePartition));
        }
    }

    [Fact]
    public void Nothing_is_written_while_nothing_moves()
    {
        bench.Append(0, "shop");
        bench.Consumer.Assign(0, 1);
        bench.Cut();
        for (int i = 0; i < 5; i++)
        {
            bench.Consumer.Then(() => bench.Time.Advance(TimeSpan.FromSeconds(10)));
        }

        bench.Run();
        Assert.Single(bench.Producer.Attempts);
    }

    [Fact]
    public void Many_entries_make_a_cut_due_before_its_time()
    {
        AggregateBench small = new(options => options with { MaxEntries = 2 });
        small.Append(0, "shop");
        small.Append(1, "cart");
        small.Consumer.Assign(0, 1);
        small.Consumer.Until(() => small.Producer.Attempts.Count == 1);
        small.Consumer.Then(() => small.Append(0, "users"));
        small.Consumer.Then(() => Assert.Single(small.Producer.Attempts));
        small.Consumer.Then(() => small.Append(1, "ads"));
        small.Consumer.Until(() => small.Producer.Attempts.Count == 2);
        small.Run();
        Assert.Equal(2, small.Producer.Attempts.Count);
        Assert.Equal(4, small.CountedSpans());
    }

    [Fact]
    public void An_aborted_cut_is_sent_again_as_it_was()
    {
        bench.Producer.Fail(TransactionFault.Aborted, TransactionFault.Aborted);
        bench.Append(0, "shop");
        bench.Consumer.Assign(0, 1);
        bench.Cut();
        bench.Consumer.Until(() => bench.Producer.Attempts.Count == 3);
        bench.Run();
        Assert.Equal(bench.Producer.Attempts[0].Records.Select(Text), bench.Producer.Attempts[2].Records.Select(Text));
        Assert.Equal(bench.Producer.Attempts[0].Offsets, bench.Producer.Attempts[2].Offsets);
        Assert.Equal(1, bench.CountedSpans());
    }

    [Fact]
    public void An_aborted_cut_is_not_forgotten_when_the_next_one_is_due_already()
    {
        // The other partition is known to be idle: else this one would wait for it (A7).
        bench.Consumer.AnswersEnds = true;
        bench.Producer.Fail(TransactionFault.Aborted);
        bench.Append(0, "shop");
        bench.Consumer.Assign(0, 1);
        bench.Consumer.Until(() =>
        {
            // More arrives and the next cut is due at every turn of the loop.
            bench.Time.Advance(TimeSpan.FromSeconds(2));
            bench.Append(0, "shop");
            return bench.Producer.Attempts.Count >= 4;
        });
        bench.Run();
        bench.AssertChained(0);
        Assert.Equal(bench.Log.EndOffset(AggregateBench.Source, 0), bench.CountedSpans());
    }

    [Fact]
    public void An_aborted_cut_goes_on_without_a_partition_lost_meanwhile()
    {
        bench.Producer.Fail(TransactionFault.Aborted);
        bench.Append(0, "shop");
        bench.Append(1, "shop");
        bench.Producer.Hold();
        bench.Consumer.Assign(0, 1);
        bench.Consumer.Then(() => bench.Time.Advance(TimeSpan.FromSeconds(2)));
        bench.Consumer.Then(() =>
        {
            // Lost while the cut is on its way: sent again at any earlier moment, it would rightly hold both.
            bench.Producer.Release();
            bench.Consumer.LoseNow(1);
        });
        bench.Run();
        Assert.Equal([0, 1], bench.Producer.Attempts[0].Offsets.Keys.Order());
        Assert.Equal([0], bench.Producer.Attempts[^1].Offsets.Keys);
        Assert.Equal(1, bench.Log.Committed(AggregateBench.Group, 0));
        Assert.Equal(0, bench.Log.Committed(AggregateBench.Group, 1));
        Assert.Empty(bench.Blocks(0, 1));
        Assert.Equal(1, bench.CountedSpans());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void After_an_unknown_outcome_everything_is_counted_once(bool written)
    {
        bench.Producer.Fail(written ? TransactionFault.UnknownWritten : TransactionFault.UnknownNotWritten);
        bench.Append(0, "shop");
        bench.Append(1, "cart");
        bench.Consumer.Assign(0, 1);
        bench.Cut();
        bench.Consumer.Then(() => bench.Append(0, "shop"));
        bench.Cut();
        bench.Run();
        bench.AssertChained(0);
        bench.AssertChained(1);
        Assert.Equal(3, bench.CountedSpans());
        Assert.Equal(2, bench.Log.Committed(AggregateBench.Group, 0));
        Assert.Single(bench.Logger.Texts(5));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_came_while_an_unknown_cut_was_on_its_way_is_counted_once(bool written)
    {
        bench.Producer.Fail(written ? TransactionFault.UnknownWritten : TransactionFault.UnknownNotWritten);
        bench.Append(0, "shop");
        bench.Consumer.Assign(0, 1);
        bench.Consumer.Then(() =>
        {
            bench.Time.Advance(TimeSpan.FromSeconds(2));
            bench.Append(0, "shop");
            bench.Append(1, "shop");
        });
        bench.Consumer.Until(() => bench.Producer.Attempts.Count == 1);
        bench.Cut();
        bench.Run();
        bench.AssertChained(0);
        bench.AssertChained(1);
        Assert.Equal(3, bench.CountedSpans());
    }

    [Fact]
    public void A_revoked_partition_is_committed_inside_the_handler()
    {
        bench.Consumer.Assign(0, 1);
        bench.Consumer.Then(() => bench.Append(1, "shop"));
        bench.Consumer.Then(() =>
        {
            bench.Consumer.RevokeNow(1);
            Assert.Equal(1, bench.Log.Committed(AggregateBench.Group, 1));
            Assert.Equal(1, bench.CountedSpans());
        });
        bench.Run();
        bench.AssertChained(1);
    }

    [Fact]
    public void A_revoked_partition_whose_commit_fails_is_dropped_and_the_others_go_on()
    {
        bench.Consumer.Assign(0, 1);
        bench.Consumer.Then(() =>
        {
            bench.Append(0, "shop");
            bench.Append(1, "shop");
        });
        bench.Consumer.Then(() =>
        {
            bench.Producer.Fail(TransactionFault.Aborted, TransactionFault.Aborted, TransactionFault.Aborted);
            bench.Consumer.RevokeNow(1);
            Assert.Equal(0, bench.Log.Committed(AggregateBench.Group, 1));
        });
        bench.Cut();
        bench.Run();
        bench.AssertChained(0);
        Assert.Equal(1, bench.CountedSpans());
    }

    [Fact]
    public void A_revocation_waits_for_the_cut_on_its_way()
    {
        bench.Append(0, "shop");
        bench.Append(1, "shop");
        bench.Consumer.Assign(0, 1);
        bench.Consumer.Then(() => bench.Time.Advance(TimeSpan.FromSeconds(2)));
        bench.Consumer.Then(() => bench.Append(1, "shop"));
        bench.Consumer.Then(() => bench.Consumer.RevokeNow(1));
        bench.Run();
        bench.AssertChained(0);
        bench.AssertChained(1);
        Assert.Equal(3, bench.CountedSpans());
    }

    [Fact]
    public void A_lost_partition_is_dropped()
    {
        bench.Consumer.Assign(0, 1);
        bench.Consumer.Then(() =>
        {
            bench.Append(0, "shop");
            bench.Append(1, "shop");
        });
        bench.Consumer.Then(() => bench.Consumer.LoseNow(1));
        bench.Cut();
        bench.Run();
        Assert.Equal(0, bench.Log.Committed(AggregateBench.Group, 1));
        Assert.Equal(1, bench.CountedSpans());
    }

    [Fact]
    public void A_partition_that_comes_back_is_read_from_its_committed_offset()
    {
        bench.Append(1, "shop");
        bench.Consumer.Assign(0, 1);
        bench.Consumer.Then(() => bench.Consumer.LoseNow(1));
        bench.Consumer.Assign(1);
        bench.Cut();
        bench.Run();
        bench.AssertChained(1);
        Assert.Equal(1, bench.CountedSpans());
    }

    [Fact]
    public void A_fenced_loop_stops_with_a_hint()
    {
        bench.Producer.Fail(TransactionFault.Fenced);
        bench.Append(0, "shop");
        bench.Consumer.Assign(0, 1);
        bench.Cut();
        bench.Consumer.Until(() => false);
        StageStoppedException stopped = Assert.Throws<StageStoppedException>(bench.Run);
        Assert.Contains("stream.instance_id", stopped.Message, StringComparison.Ordinal);
        Assert.Equal(0, bench.CountedSpans());
    }

    [Fact]
    public void Stopping_commits_what_is_ready()
    {
        bench.Append(0, "shop");
        bench.Consumer.Assign(0, 1);
        bench.Run();
        bench.AssertChained(0);
        Assert.Equal(1, bench.CountedSpans());
    }

    [Fact]
    public void A_known_partition_without_a_committed_offset_stops_the_loop()
    {
        bench.Log.SetCommitted(AggregateBench.Group, 1, null);
        bench.Consumer.Assign(0, 1);
        StageStoppedException stopped = Assert.Throws<StageStoppedException>(bench.Run);
        Assert.Contains("spans[1]", stopped.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_new_partition_starts_at_zero_and_its_first_block_alone_says_so()
    {
        bench.Append(2, "shop");
        bench.Consumer.Assign(2);
        bench.Cut();
        bench.Consumer.Then(() => bench.Append(2, "shop"));
        bench.Cut();
        bench.Run();
        Assert.Equal([true, false], bench.Blocks(0, 2).Select(block => block.First));
        bench.AssertChained(2);
    }

    [Fact]
    public void A_first_block_that_was_not_written_is_a_first_block_again()
    {
        bench.Producer.Fail(TransactionFault.UnknownNotWritten);
        bench.Append(2, "shop");
        bench.Consumer.Assign(2);
        bench.Cut();
        bench.Consumer.Until(() => bench.Logger.Texts(5).Count == 1);
        bench.Cut();
        bench.Run();
        Assert.True(Assert.Single(bench.Blocks(0, 2)).First);
    }

    private static string Text(OutgoingRecord record) => $"{record.Topic} {record.Partition} {Convert.ToHexString(record.Value!)}";
}
