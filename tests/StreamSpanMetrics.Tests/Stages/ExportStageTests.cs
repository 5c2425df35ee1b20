using StreamSpanMetrics.Stages;
using StreamSpanMetrics.Tests.Stages.Support;

namespace StreamSpanMetrics.Tests.Stages;

/// <summary>Requests, offsets and holes of the export loop (E1, E4).</summary>
public sealed class ExportStageTests
{
    private const int HoleEvent = 14;

    [Fact]
    public void A_request_holds_the_records_of_one_step()
    {
        ExportBench bench = Bench(3);
        bench.Run();
        Assert.Equal(3, bench.Sender.Bodies.Count);
        Assert.Equal(bench.Log.Read(MergeBench.Metrics, 0)[^1].Offset + 1, bench.Committed);
    }

    [Fact]
    public void A_step_that_does_not_fit_is_cut_between_records()
    {
        ExportBench whole = Bench(3);
        whole.Run();
        ExportBench bench = Bench(3, 1);
        bench.UntilSettled();
        bench.Run();
        Assert.True(bench.Sender.Bodies.Count > 9);
        // Write requests can be joined byte by byte: what is sent is the same, in the same order.
        Assert.Equal(string.Concat(whole.Sender.Bodies), string.Concat(bench.Sender.Bodies));
        Assert.Equal(whole.Committed, bench.Committed);
    }

    [Theory]
    [InlineData(1_000_000)]
    [InlineData(9_000)]
    [InlineData(1)]
    public void After_a_crash_between_sending_and_committing_the_requests_are_identical(int maxBatchBytes)
    {
        ExportBench undisturbed = Bench(4, maxBatchBytes);
        undisturbed.UntilSettled();
        undisturbed.Run();
        List<string> expected = undisturbed.Sender.Bodies;
        for (int crash = 1; crash <= expected.Count; crash++)
        {
            ExportBench bench = Bench(4, maxBatchBytes);
            bench.UntilSettled();
            bench.Consumer.BeforePoll = () =>
            {
                bench.Sender.IsHolding = bench.Sender.Bodies.Count >= crash - 1;
                if (bench.Sender.Bodies.Count >= crash)
                {
                    throw new SimulatedCrashException();
                }
            };
            Assert.Throws<SimulatedCrashException>(bench.Run);
            bench.Consumer.Abandon();
            List<string> sent = bench.Sender.Bodies;
            ExportBench next = new(bench.Log, maxBatchBytes);
            next.Consumer.Assign(0);
            next.UntilSettled();
            next.Run();
            // What the second one sends is a tail of all requests that overlaps what the first one sent, or follows it.
            List<string> again = next.Sender.Bodies;
            int overlap = sent.Count + again.Count - expected.Count;
            Assert.True(overlap >= 0);
            Assert.Equal(expected, sent.SkipLast(overlap).Concat(again));
            Assert.Equal(expected.Take(sent.Count), sent);
        }
    }

    [Fact]
    public void A_partition_is_paused_while_its_request_is_on_its_way()
    {
        ExportBench bench = Bench(2);
        bench.Sender.IsHolding = true;
        bench.Consumer.Until(() => bench.Sender.IsWaiting);
        bench.Consumer.Then(() =>
        {
            Assert.Equal([0], bench.Consumer.Paused);
            Assert.Single(bench.Sender.Bodies);
            Assert.Equal(0, bench.Committed);
            bench.Sender.IsHolding = false;
            bench.Sender.Answer();
        });
        bench.Consumer.Until(() => bench.Sender.Bodies.Count == 2);
        bench.Run();
        Assert.Empty(bench.Consumer.PausedAtEnd);
        Assert.Equal(bench.Log.Read(MergeBench.Metrics, 0)[^1].Offset + 1, bench.Committed);
    }

    [Fact]
    public void Only_settled_offsets_are_committed_at_a_handover()
    {
        ExportBench bench = Bench(2);
        bench.Consumer.Then(() => bench.Sender.IsHolding = true);
        bench.Consumer.Then(() =>
        {
            long settled = bench.Committed!.Value;
            Append(bench.Log, 7, last: false);
            Assert.True(settled > 0);
        });
        bench.Run();
        // The record without an end of step was gathered, but not sent: the next owner reads it again.
        Assert.Equal(2, bench.Sender.Bodies.Count);
        Assert.True(bench.Committed < bench.Log.Read(MergeBench.Metrics, 0)[^1].Offset);
    }

    [Fact]
    public void A_lost_partition_is_given_up_without_a_commit()
    {
        ExportBench bench = Bench(2);
        bench.Sender.IsHolding = true;
        bench.Consumer.Until(() => bench.Sender.IsWaiting);
        bench.Consumer.Then(() => bench.Consumer.LoseNow(0));
        bench.Run();
        Assert.Equal(1, bench.Sender.GivenUp);
        Assert.Equal(0, bench.Committed);
    }

    [Fact]
    public void A_hole_in_the_sequence_is_logged()
    {
        ExportBench bench = Bench(1);
        bench.Consumer.Then(() => Append(bench.Log, 4, last: true));
        bench.Consumer.Then(() => Append(bench.Log, 9, last: true));
        bench.Run();
        string line = Assert.Single(bench.Logger.Texts(HoleEvent));
        Assert.Contains("sequence 5 expected, 9 found", line, StringComparison.Ordinal);
        Assert.Equal(3, bench.Sender.Bodies.Count);
    }

    [Fact]
    public void A_foreign_record_is_logged_and_passed_over()
    {
        ExportBench bench = Bench(1);
        bench.Consumer.Then(() => bench.Log.Append(MergeBench.Metrics, 0, null, [0xff]));
        bench.Consumer.Then(() => Append(bench.Log, 4, last: true));
        bench.Run();
        Assert.Single(bench.Logger.Texts(21));
        Assert.Empty(bench.Logger.Texts(HoleEvent));
        Assert.Equal(bench.Log.EndOffset(MergeBench.Metrics, 0), bench.Committed);
    }

    [Fact]
    public void A_partition_without_a_committed_offset_stops_the_loop()
    {
        ExportBench bench = Bench(1);
        bench.Log.SetCommitted(ExportBench.Group, 0, null);
        StageStoppedException stopped = Assert.Throws<StageStoppedException>(bench.Run);
        Assert.Contains("otlp_metrics[0]", stopped.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Records_lost_to_retention_are_logged_and_passed_over()
    {
        ExportBench bench = Bench(3);
        bench.Log.DeleteBefore(MergeBench.Metrics, 0, 6);
        bench.Run();
        Assert.Contains("from 0 to 6", Assert.Single(bench.Logger.Texts(6)), StringComparison.Ordinal);
        Assert.Single(bench.Sender.Bodies);
    }

    [Fact]
    public void A_topic_that_was_cut_short_stops_the_loop()
    {
        ExportBench bench = Bench(1);
        bench.Log.SetCommitted(ExportBench.Group, 0, 99);
        StageStoppedException stopped = Assert.Throws<StageStoppedException>(bench.Run);
        Assert.Contains("the next offset to read is 99", stopped.Message, StringComparison.Ordinal);
        Assert.Empty(bench.Sender.Bodies);
    }

    private static ExportBench Bench(int steps, int maxBatchBytes = 1_000_000)
    {
        ExportBench bench = new(ExportBench.Points(steps), maxBatchBytes);
        bench.Consumer.Assign(0);
        return bench;
    }

    private static void Append(MemoryLog log, ulong sequence, bool last)
    {
        MemoryRecord like = log.Read(MergeBench.Metrics, 0)[0];
        log.Append(MergeBench.Metrics, 0, like.Key, like.Value, headers: PointHeaders.Make(sequence, last));
    }
}
