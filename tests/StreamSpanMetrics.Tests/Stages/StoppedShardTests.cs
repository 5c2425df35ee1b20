using Google.Protobuf;
using StreamSpanMetrics.Core.Points;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;
using StreamSpanMetrics.Tests.Stages.Support;

namespace StreamSpanMetrics.Tests.Stages;

/// <summary>A shard that stopped goes on when its repair is written to its state, without a restart (M2).</summary>
public sealed class StoppedShardTests
{
    private const long First = 170_000_000;
    private readonly MemoryLog log = new();

    private static ShardRules Rules => new PointRules { IntervalMillis = MergeBench.StepMillis }
        .ForShard(0, 7, new SeriesLayout(new SpanRules()));

    [Fact]
    public void A_gap_that_is_given_up_lets_the_shard_go_on()
    {
        MergeBench bench = Stopped();
        bench.Consumer.Then(() => Repair(log, GivenUp(partition: 0)));
        Wait(bench);
        bench.Run();
        Assert.Equal(
            [(Millis(First), 0L), (Millis(First + 1), 1L), (Millis(First + 2), 1L), (Millis(First + 3), 1L), (Millis(First + 4), 2L)],
            CallPoints.Of(log, 0, "shop"));
        Assert.Contains("2 source offsets", Assert.Single(bench.Logger.Texts(32)), StringComparison.Ordinal);
        Assert.Equal(log.Committed(MergeBench.Group, 0), bench.Progress()!.DeltasOffset);
        Assert.Equal(log.EndOffset(AggregateBench.Deltas, 0) - 1, bench.Progress()!.DeltasOffset);
    }

    [Fact]
    public void A_gap_that_is_read_again_leaves_no_trace()
    {
        MergeBench bench = Stopped();
        bench.Consumer.Then(() => Repair(log, Missed(bench)));
        Wait(bench);
        bench.Run();
        Assert.Equal(Undisturbed(), MergeBench.PointTexts(log));
        Assert.Empty(bench.Logger.Texts(32));
    }

    [Fact]
    public void A_repair_of_something_else_changes_nothing_and_is_told_nothing_new()
    {
        MergeBench bench = Stopped();
        bench.Consumer.Then(() => Repair(log, GivenUp(partition: 1)));
        Wait(bench);
        bench.Run();
        Assert.Single(bench.Logger.Texts(10));
        Assert.Equal([0], bench.Consumer.PausedAtEnd);
        Assert.Equal(2, CallPoints.Of(log, 0, "shop").Count);
    }

    [Fact]
    public void A_repaired_shard_is_restored_equal_wherever_its_owner_crashed()
    {
        List<string> expected = Undisturbed();
        for (int crash = 0; crash < 5; crash++)
        {
            MemoryLog other = new();
            MergeBench bench = Started(other, gapped: true);
            Repair(other, Missed(bench));
            bench.Producer.Fail([.. Enumerable.Repeat(TransactionFault.None, crash), TransactionFault.CrashAfter]);
            Wait(bench);
            if (crash == 0)
            {
                bench.RunToCrash();
            }
            else
            {
                RunPerhapsToCrash(bench);
            }

            MergeBench next = new(other);
            next.Consumer.Assign(0);
            Wait(next);
            next.Run();
            Assert.Equal(expected, MergeBench.PointTexts(other));
        }
    }

    [Fact]
    public void A_record_that_is_no_batch_is_left_out_when_told()
    {
        MergeBench.Start(log, 2);
        MergeBench bench = new(log);
        bench.Consumer.Assign(0);
        bench.Consumer.Then(() => Step(bench, 0));
        bench.Consumer.Then(() => log.Append(AggregateBench.Deltas, 0, null, [0xFF, 0xFF]));
        bench.Consumer.Then(() => Assert.Contains("no delta batch", Assert.Single(bench.Logger.Texts(10)), StringComparison.Ordinal));
        bench.Consumer.Then(() =>
        {
            StateRecord skip = RepairRecords.Skip(Rules, 2, 0);
            log.Append(MergeBench.State, 0, skip.Key, skip.Value);
        });
        bench.Consumer.Then(() => Step(bench, 1));
        Wait(bench);
        bench.Run();
        Assert.Equal([(Millis(First), 0L), (Millis(First + 1), 1L), (Millis(First + 2), 2L)], CallPoints.Of(log, 0, "shop"));
    }

    private static long Millis(long step) => step * MergeBench.StepMillis;

    private static SourceRepair GivenUp(uint partition) => new()
    {
        Partition = partition, FromOffset = 1, ToOffset = 3, TopicId = ByteString.Empty,
    };

    private static SourceRepair Missed(MergeBench bench) => GivenUp(partition: 0) with { Blocks = [Spans(bench, 1), Spans(bench, 2)] };

    private static void Repair(MemoryLog log, SourceRepair repair)
    {
        foreach (StateRecord record in RepairRecords.Of(Rules, repair))
        {
            log.Append(MergeBench.State, 0, record.Key, record.Value);
        }
    }

    // Enough turns for the shard to look at its state again, and to write.
    private static void Wait(MergeBench bench)
    {
        for (int turn = 0; turn < 6; turn++)
        {
            bench.Consumer.Then(() => bench.Time.Advance(TimeSpan.FromSeconds(6)));
        }
    }

    private static DeltaBlock Spans(MergeBench bench, int offset) =>
        bench.Block(0, offset, offset + 1, Millis(First + offset + 1), First + offset, "shop");

    private static void Step(MergeBench bench, int offset) =>
        bench.Deltas(0, Spans(bench, offset), bench.Block(1, offset, offset + 1, Millis(First + offset + 1), First + offset));

    // Four records, a step each; if gapped, the offsets 1 and 2 of partition 0 are missing in what the shard is given.
    private static MergeBench Started(MemoryLog log, bool gapped)
    {
        MergeBench.Start(log, 2);
        MergeBench bench = new(log);
        for (int offset = 0; offset < 4; offset++)
        {
            if (gapped && offset is 1 or 2)
            {
                bench.Deltas(0, bench.Block(1, offset, offset + 1, Millis(First + offset + 1), First + offset));
            }
            else
            {
                Step(bench, offset);
            }
        }

        bench.Consumer.Assign(0);
        return bench;
    }

    private static List<string> Undisturbed()
    {
        MemoryLog log = new();
        MergeBench bench = Started(log, gapped: false);
        Wait(bench);
        bench.Run();
        List<string> points = MergeBench.PointTexts(log);
        Assert.Equal(4, points.Count);
        return points;
    }

    private static void RunPerhapsToCrash(MergeBench bench)
    {
        try
        {
            bench.Run();
        }
        catch (SimulatedCrashException)
        {
            bench.Consumer.Abandon();
        }
    }

    private MergeBench Stopped()
    {
        MergeBench bench = Started(log, gapped: true);
        bench.Consumer.Then(() => Assert.Contains("1 is the next one expected", Assert.Single(bench.Logger.Texts(10)), StringComparison.Ordinal));
        return bench;
    }
}
