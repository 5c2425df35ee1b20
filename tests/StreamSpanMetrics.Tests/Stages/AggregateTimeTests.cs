using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Schemas.V1;
using StreamSpanMetrics.Stages;
using StreamSpanMetrics.Tests.Stages.Support;

namespace StreamSpanMetrics.Tests.Stages;

/// <summary>Clocks, idle advance and lost ranges of the aggregate loop (T2, T3, A8).</summary>
public sealed class AggregateTimeTests
{
    private readonly AggregateBench bench = new(null, 1);

    [Fact]
    public void A_block_carries_the_running_maximum_of_its_own_records()
    {
        long now = bench.Time.NowMillis;
        bench.Append(0, "shop", now);
        bench.Append(0, "shop", now - 25_000);
        bench.Consumer.Assign(0);
        bench.Cut();
        bench.Consumer.Then(() => bench.Append(0, "shop", now - 15_000));
        bench.Cut();
        bench.Run();
        List<DeltaBlock> blocks = [.. bench.Blocks(0, 0).Zip(bench.Blocks(1, 0), (one, other) => one.Steps.Count > 0 ? one : other)];
        Assert.Equal([now, now - 15_000], blocks.Select(block => block.WatermarkUnixMillis));
        Assert.Equal([now / 10_000, (now - 15_000) / 10_000], blocks.Select(block => Assert.Single(block.Steps).Step));
    }

    [Fact]
    public void A_producers_clock_too_far_ahead_is_lowered_to_ours()
    {
        long now = bench.Time.NowMillis;
        bench.Append(0, "shop", now + 60_001, false);
        Assert.Equal(now, Watermark());
    }

    [Fact]
    public void A_producers_clock_a_little_ahead_is_taken_as_it_is()
    {
        long now = bench.Time.NowMillis;
        bench.Append(0, "shop", now + 60_000, false);
        Assert.Equal(now + 60_000, Watermark());
    }

    [Fact]
    public void The_brokers_clock_is_taken_as_it_is()
    {
        long now = bench.Time.NowMillis;
        bench.Append(0, "shop", now + 600_000, true);
        Assert.Equal(now + 600_000, Watermark());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_record_without_timestamp_has_the_time_of_its_newest_span_end(long timestampMillis)
    {
        long end = bench.Time.NowMillis - 12_345;
        bench.Log.Append(AggregateBench.Source, 0, null, SpanRequests.Make("shop", endUnixMillis: end), timestampMillis, false);
        Assert.Equal(end, Watermark());
    }

    [Fact]
    public void Lowered_clocks_are_counted()
    {
        ManualTime time = bench.Time;
        using MeterReading reading = new(bench.Telemetry.Metrics.Meter);
        RecordClock clock = new((long)Options().MaxAhead.TotalMilliseconds, time, bench.Telemetry.Metrics);
        StreamSpanMetrics.Core.Deltas.StagedRecord staged = new(new StreamSpanMetrics.Core.Spans.SpanFilterRules());
        Assert.Equal(time.NowMillis, clock.TimestampOf(new PolledRecord(0, 0, time.NowMillis + 60_001, false), staged));
        Assert.Equal(time.NowMillis + 60_000, clock.TimestampOf(new PolledRecord(0, 1, time.NowMillis + 60_000, false), staged));
        staged.LatestEndNanos = (ulong)(time.NowMillis + 90_000) * 1_000_000;
        Assert.Equal(time.NowMillis, clock.TimestampOf(new PolledRecord(0, 2, 0, false), staged));
        Assert.Equal(2, reading.Read("clock.ahead{partition=0}"));
    }

    [Theory]
    [InlineData(true, 2_000)]
    [InlineData(false, 5_000)]
    public void An_idle_partition_advances_to_the_clock_before_the_question_minus_the_margin(bool isLogAppendTime, long marginMillis)
    {
        bench.Append(0, "shop", null, isLogAppendTime);
        bench.Consumer.AnswersEnds = true;
        long asked = 0;
        bench.Consumer.EndsAsked = _ =>
        {
            asked = bench.Consumer.AnswersEnds ? bench.Time.NowMillis : asked;
            // The answer travels for a while: that must not count.
            bench.Time.Advance(TimeSpan.FromSeconds(1));
        };
        bench.Consumer.Assign(0);
        bench.Cut();
        bench.Consumer.Then(() => bench.Time.Advance(TimeSpan.FromSeconds(20)));
        bench.Consumer.Then(() => { });
        bench.Consumer.Then(() => bench.Consumer.AnswersEnds = false);
        bench.Cut();
        bench.Run();
        DeltaBlock idle = bench.Blocks(0, 0)[^1];
        Assert.Equal((1L, 1L, 0), (idle.FromOffset, idle.ToOffset, idle.Steps.Count));
        Assert.Equal(asked - marginMillis, idle.WatermarkUnixMillis);
    }

    [Fact]
    public void Without_an_answer_nothing_advances()
    {
        bool asked = false;
        bench.Consumer.EndsAsked = _ => asked = true;
        bench.Consumer.Assign(0);
        bench.Consumer.Then(() => bench.Time.Advance(TimeSpan.FromSeconds(20)));
        bench.Consumer.Until(() => asked);
        bench.Consumer.Then(() => bench.Time.Advance(TimeSpan.FromSeconds(20)));
        bench.Run();
        Assert.Empty(bench.Producer.Attempts);
    }

    [Fact]
    public void A_partition_whose_end_is_not_our_position_does_not_advance()
    {
        // A record arrives between our last fetch and the question: the end is behind it, and it has not been counted.
        bench.Consumer.AnswersEnds = true;
        bench.Consumer.Assign(0);
        bench.Consumer.Then(() =>
        {
            bench.Consumer.Pause(0);
            bench.Append(0, "shop", bench.Time.NowMillis - 100_000);
            bench.Time.Advance(TimeSpan.FromSeconds(20));
        });
        bench.Consumer.Then(() => bench.Time.Advance(TimeSpan.FromSeconds(20)));
        bench.Consumer.Then(() => bench.Time.Advance(TimeSpan.FromSeconds(20)));
        bench.Run();
        Assert.All(bench.Blocks(0, 0), block => Assert.True(block.WatermarkUnixMillis <= AssignedAt - 2_000));
    }

    [Fact]
    public void A_lost_range_becomes_a_lost_block_and_the_loop_goes_on()
    {
        for (int i = 0; i < 5; i++)
        {
            bench.Append(0, "shop");
        }

        bench.Log.DeleteBefore(AggregateBench.Source, 0, 3);
        bench.Consumer.Assign(0);
        bench.Cut();
        bench.Consumer.Then(() => bench.Append(0, "shop"));
        bench.Cut();
        bench.Run();
        Assert.Equal([(0L, 5L, true), (5L, 6L, false)], bench.Blocks(1, 0).Select(block => (block.FromOffset, block.ToOffset, block.Lost)));
        Assert.Equal(3, bench.CountedSpans());
        Assert.Contains("from 0 to 3", Assert.Single(bench.Logger.Texts(6)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_lost_range_up_to_the_end_is_covered_too()
    {
        bench.Append(0, "shop");
        bench.Log.DeleteBefore(AggregateBench.Source, 0, 1);
        bench.Consumer.Assign(0);
        bench.Cut();
        bench.Run();
        DeltaBlock block = Assert.Single(bench.Blocks(0, 0));
        Assert.Equal((0L, 1L, true), (block.FromOffset, block.ToOffset, block.Lost));
        bench.AssertChained(0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_lost_range_whose_transaction_is_unknown_is_flagged_once(bool written)
    {
        bench.Append(0, "shop");
        bench.Append(0, "shop");
        bench.Log.DeleteBefore(AggregateBench.Source, 0, 1);
        bench.Producer.Fail(written ? TransactionFault.UnknownWritten : TransactionFault.UnknownNotWritten);
        bench.Consumer.Assign(0);
        bench.Cut();
        bench.Consumer.Until(() => bench.Logger.Texts(5).Count == 1);
        bench.Consumer.Then(() => bench.Append(0, "shop"));
        bench.Cut();
        bench.Run();
        bench.AssertChained(0);
        Assert.Equal(1, bench.Blocks(0, 0).Count(block => block.Lost));
        Assert.Equal(2, bench.CountedSpans());
    }

    [Fact]
    public void A_lost_range_stops_the_loop_if_it_shall()
    {
        AggregateBench strict = new(options => options with { OnDataLoss = DataLossPolicy.Stop }, 1);
        strict.Append(0, "shop");
        strict.Append(0, "shop");
        strict.Log.DeleteBefore(AggregateBench.Source, 0, 1);
        strict.Consumer.Assign(0);
        StageStoppedException stopped = Assert.Throws<StageStoppedException>(strict.Run);
        Assert.Contains("stream.on_data_loss", stopped.Message, StringComparison.Ordinal);
        Assert.Empty(strict.Producer.Attempts);
    }

    [Fact]
    public void A_log_that_ends_before_the_committed_offset_stops_the_loop_always()
    {
        bench.Append(0, "shop");
        bench.Log.SetCommitted(AggregateBench.Group, 0, 9);
        bench.Consumer.Assign(0);
        Assert.Throws<StageStoppedException>(bench.Run);
        Assert.Empty(bench.Producer.Attempts);
    }

    private static readonly long AssignedAt = new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    private static AggregateOptions Options() => new()
    {
        SourceTopic = AggregateBench.Source,
        DeltasTopic = AggregateBench.Deltas,
        DeadLetterTopic = AggregateBench.DeadLetters,
        Shards = 1,
        IntervalMillis = 10_000,
        CommitInterval = TimeSpan.FromSeconds(2),
        MaxAhead = TimeSpan.FromMinutes(1),
        RulesFingerprint = 7,
        KnownPartitions = 1,
        MaxRecordBytes = 10_000,
        OnDataLoss = DataLossPolicy.Continue,
        SourceIsLogAppendTime = true,
    };

    private long Watermark()
    {
        bench.Consumer.Assign(0);
        bench.Cut();
        bench.Run();
        return Assert.Single(bench.Blocks(0, 0)).WatermarkUnixMillis;
    }
}
