using StreamSpanMetrics.Schemas.V1;
using StreamSpanMetrics.Tests.Stages.Support;

namespace StreamSpanMetrics.Tests.Stages;

/// <summary>Partitions that run ahead of the slowest one wait (A7).</summary>
public sealed class CatchUpTests
{
    private const long Step = AggregateBench.StepMillis;
    private const int MaxSkew = 3;

    private readonly AggregateBench bench = new(options => options with { MaxSkewSteps = MaxSkew });
    private readonly long past;

    public CatchUpTests() => past = bench.Time.NowMillis - 3_600_000;

    [Fact]
    public void A_partition_ahead_of_another_of_this_worker_is_read_no_further_until_that_one_has_followed()
    {
        Fill(0, 10);
        bench.Consumer.Assign(0, 1);
        LookAgain();
        bench.Consumer.Then(() => Assert.Equal([0], bench.Consumer.Paused));
        bench.Consumer.Then(() => Assert.Equal(MaxSkew + 2, bench.Consumer.Position(0)));
        bench.Consumer.Then(() => Fill(1, 6));
        bench.Consumer.Then(() => { });
        LookAgain();
        bench.Consumer.Then(() => Assert.Equal(10, bench.Consumer.Position(0)));
        bench.Run();
        Assert.Equal(16, bench.CountedSpans());
    }

    [Fact]
    public void A_partition_ahead_of_another_workers_is_read_no_further_until_merge_has_heard_of_that_one()
    {
        bench.ProgressLog.Set(0, long.MinValue, null, past);
        bench.ProgressLog.Set(1, long.MinValue, null, past - Step);
        bench.Consumer.Assign(0);
        LookAgain();
        bench.Consumer.Then(() => Fill(0, 10));
        bench.Consumer.Until(() => bench.Consumer.Paused.Count == 1);
        bench.Consumer.Then(() => Assert.Equal(MaxSkew + 2, bench.Consumer.Position(0)));
        bench.Consumer.Then(() => bench.ProgressLog.Set(1, long.MinValue, null, past + (2 * Step)));
        AskAgain();
        bench.Consumer.Then(() => { });
        // More than half of the way to the limit: going on is not worth a fetch yet.
        bench.Consumer.Then(() => Assert.Equal(MaxSkew + 2, bench.Consumer.Position(0)));
        bench.Consumer.Then(() => bench.ProgressLog.Set(1, long.MinValue, null, past + (3 * Step)));
        AskAgain();
        bench.Consumer.Until(() => bench.Consumer.Position(0) == MaxSkew + 5);
        bench.Consumer.Then(() => bench.ProgressLog.Set(0, long.MinValue, null, past + (9 * Step)));
        AskAgain();
        bench.Consumer.Until(() => bench.Consumer.Position(0) == 10);
        bench.Run();
        Assert.Empty(bench.Consumer.PausedAtEnd);
    }

    [Fact]
    public void A_step_that_all_shards_have_closed_counts_for_a_partition_that_stands_still()
    {
        bench.ProgressLog.Set(0, long.MinValue, null, past);
        bench.ProgressLog.Set(1, (past / Step) + 20, null, past);
        bench.Consumer.Assign(0);
        LookAgain();
        bench.Consumer.Then(() => Fill(0, 10));
        bench.Consumer.Until(() => bench.Consumer.Paused.Count == 1);
        bench.Consumer.Then(() => bench.ProgressLog.Set(0, (past / Step) + 4, null, past));
        AskAgain();
        bench.Consumer.Until(() => bench.Consumer.Position(0) == 10);
        bench.Run();
    }

    [Fact]
    public void While_a_partition_has_no_watermark_the_others_go_no_further_than_from_where_they_began()
    {
        bench.Consumer.Assign(0);
        bench.Consumer.Then(() => Fill(0, 10));
        bench.Consumer.Until(() => bench.Consumer.Paused.Count == 1);
        AskAgain();
        AskAgain();
        bench.Consumer.Then(() => Assert.Equal(MaxSkew + 2, bench.Consumer.Position(0)));
        bench.Run();
    }

    [Fact]
    public void Merge_hears_of_a_partition_that_waits_and_it_is_never_idle()
    {
        bench.Consumer.AnswersEnds = true;
        Fill(0, 10);
        bench.Consumer.Assign(0);
        bench.Consumer.Until(() => bench.Consumer.Paused.Count == 1);
        bench.Cut();
        bench.Cut();
        bench.Cut();
        bench.Run();
        List<DeltaBlock> blocks = bench.Blocks(0, 0);
        Assert.Equal([true, true, true], blocks[^3..].Select(block => block.Held));
        Assert.All(blocks, block => Assert.True(block.WatermarkUnixMillis <= past + ((MaxSkew + 1) * Step)));
        bench.AssertChained(0);
    }

    [Fact]
    public void Without_an_answer_the_last_one_counts()
    {
        bench.ProgressLog.Set(0, long.MinValue, null, past);
        bench.Consumer.Assign(0);
        LookAgain();
        bench.Consumer.Then(() => bench.ProgressLog.Answers = false);
        bench.Consumer.Then(() => Fill(0, 10));
        bench.Consumer.Until(() => bench.Consumer.Paused.Count == 1);
        AskAgain();
        bench.Consumer.Then(() => Assert.Equal(MaxSkew + 2, bench.Consumer.Position(0)));
        bench.Run();
    }

    // One record in each of a number of steps.
    private void Fill(int partition, int steps)
    {
        for (int step = 0; step < steps; step++)
        {
            bench.Append(partition, "shop", past + (step * Step));
        }
    }

    private void LookAgain()
    {
        bench.Consumer.Then(() => bench.Time.Advance(TimeSpan.FromMilliseconds(100)));
        bench.Consumer.Then(() => { });
    }

    private void AskAgain()
    {
        int asked = 0;
        bench.Consumer.Then(() => asked = bench.ProgressLog.Asked);
        bench.Consumer.Then(() => bench.Time.Advance(TimeSpan.FromSeconds(5)));
        bench.Consumer.Until(() => bench.ProgressLog.Asked > asked);
        bench.Consumer.Then(() => { });
    }
}
