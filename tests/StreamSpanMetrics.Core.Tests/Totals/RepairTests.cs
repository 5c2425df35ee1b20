using Google.Protobuf;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Totals;

/// <summary>What a repair does at its place, and that it does nothing anywhere else (M2).</summary>
public sealed class RepairTests
{
    private static readonly ByteString OtherTopic = ByteString.CopyFromUtf8("fedcba9876543210");

    private readonly ShardDriver driver = new(null, null, 10, 10);

    [Fact]
    public void A_gap_that_is_given_up_is_jumped_over()
    {
        GiveUp(0, 10, 0, 20);
        ApplyResult result = driver.Apply(BlockBuilder.Header(0, 20, 30));
        Assert.Equal((ApplyOutcome.Applied, 10L), (result.Outcome, result.GivenUpOffsets));
        Assert.Equal(30, Source(0).ExpectedOffset);
    }

    [Fact]
    public void A_repair_leads_to_its_end_and_no_further()
    {
        GiveUp(0, 10, 0, 20);
        ApplyResult result = driver.Apply(BlockBuilder.Header(0, 21, 30));
        Assert.Equal((ApplyOutcome.Gap, 20L, 10L), (result.Outcome, result.ExpectedOffset, result.GivenUpOffsets));
    }

    [Fact]
    public void A_repair_waits_for_a_block_that_does_not_fit()
    {
        GiveUp(0, 10, 0, 20);
        Assert.Equal(ApplyOutcome.Applied, driver.Apply(BlockBuilder.Header(0, 10, 20)).Outcome);
        Assert.Equal(ApplyOutcome.Skipped, driver.Apply(BlockBuilder.Header(0, 10, 15)).Outcome);
        Assert.Equal(20, Source(0).ExpectedOffset);
    }

    [Fact]
    public void The_rest_of_an_overlap_is_given_up_and_what_was_counted_stays()
    {
        GiveUp(0, 10, 0, 15);
        ApplyResult result = driver.Apply(BlockBuilder.Header(0, 5, 15));
        Assert.Equal((ApplyOutcome.Skipped, 5L), (result.Outcome, result.GivenUpOffsets));
        Assert.Equal(15, Source(0).ExpectedOffset);
    }

    [Fact]
    public void What_an_overlap_has_beyond_is_counted_once()
    {
        DeltaBlock rest = Counted(10, 15, 3);
        driver.State.Repairs.Add(Repair(0, 10, 0, 15) with { Blocks = [rest] });
        ApplyResult result = driver.Apply(Counted(5, 15, 100));
        Assert.Equal((ApplyOutcome.Skipped, 0L), (result.Outcome, result.GivenUpOffsets));
        DeltaBlock next = BlockBuilder.Header(0, 15, 15);
        next.WatermarkUnixMillis = 60_000;
        driver.Apply(next);
        DeltaBlock other = BlockBuilder.Header(1, 10, 10);
        other.WatermarkUnixMillis = 60_000;
        driver.Apply(other);
        Assert.Equal(3, driver.Calls()[^1].Value);
    }

    [Fact]
    public void The_parts_that_are_missing_are_given_up()
    {
        DeltaBlock first = BlockBuilder.Header(0, 10, 20);
        first.Parts = 3;
        Assert.Equal(ApplyOutcome.Applied, driver.Apply(first).Outcome);
        GiveUp(0, 10, 1, 20);
        DeltaBlock third = first.Clone();
        third.Part = 2;
        Assert.Equal(ApplyOutcome.Skipped, driver.Apply(third).Outcome);
        Assert.Equal((20L, 0u), (Source(0).ExpectedOffset, Source(0).ExpectedPart));
    }

    [Fact]
    public void A_partition_whose_first_block_is_missing_is_known_from_the_repair_on()
    {
        GiveUp(2, SourceState.Unknown, 0, 7);
        ApplyResult result = driver.Apply(BlockBuilder.Header(2, 7, 9, partitions: 3));
        Assert.Equal((ApplyOutcome.Applied, 7L), (result.Outcome, result.GivenUpOffsets));
        Assert.Equal(9, Source(2).ExpectedOffset);
    }

    [Fact]
    public void Another_topic_is_gone_on_with()
    {
        driver.State.Repairs.Add(Repair(0, 10, 0, 0) with { TopicId = OtherTopic });
        DeltaBlock block = BlockBuilder.Header(0, 0, 4);
        block.SourceTopicId = OtherTopic;
        ApplyResult result = driver.Apply(block);
        Assert.Equal((ApplyOutcome.Applied, 0L), (result.Outcome, result.GivenUpOffsets));
        Assert.Equal((4L, OtherTopic), (Source(0).ExpectedOffset, Source(0).TopicId));
        Assert.Equal(ApplyOutcome.OtherTopicId, driver.Apply(BlockBuilder.Header(0, 4, 6)).Outcome);
    }

    [Fact]
    public void A_record_that_is_left_out_changes_nothing()
    {
        driver.State.Repairs.Skip(0);
        Assert.Equal(ApplyOutcome.Skipped, driver.Apply(BlockBuilder.Header(0, 10, 20)).Outcome);
        Assert.Equal(10, Source(0).ExpectedOffset);
        Assert.Equal(ApplyOutcome.Applied, driver.Apply(BlockBuilder.Header(0, 10, 20)).Outcome);
    }

    [Fact]
    public void A_repair_in_pieces_is_whole_or_missing()
    {
        SourceRepair repair = Repair(0, 1, 0, 4) with { Blocks = [Counted(1, 2, 1), Counted(2, 4, 1)] };
        SoundState sound = new(BlockBuilder.Rules);
        IReadOnlyList<StateRecord> pieces = RepairRecords.Of(BlockBuilder.Rules, repair);
        Assert.Equal(2, pieces.Count);
        for (int missing = -1; missing < pieces.Count; missing++)
        {
            StateContents contents = sound.Contents(SoundState.RecordCount - 1, null);
            for (int piece = 0; piece < pieces.Count; piece++)
            {
                contents.Add(pieces[piece].Key, piece == missing ? null : pieces[piece].Value);
            }

            RestoreResult result = SnapshotReader.Read(BlockBuilder.Rules, contents);
            Assert.Equal(missing < 0 ? RestoreFailure.None : RestoreFailure.Missing, result.Failure);
        }
    }

    private static SourceRepair Repair(uint partition, long from, uint part, long to) => new()
    {
        Partition = partition, FromOffset = from, FromPart = part, ToOffset = to, TopicId = BlockBuilder.TopicId,
    };

    private static DeltaBlock Counted(long from, long to, ulong count)
    {
        DeltaBlock block = BlockBuilder.Header(0, from, to);
        BlockBuilder.Add(block, 2, new Observation(new TestResource("shop"), BlockBuilder.Spans("op"), count, 5_000_000));
        block.WatermarkUnixMillis = 40_000;
        return block;
    }

    private SourceState Source(int partition) => driver.State.Sources[partition];

    private void GiveUp(uint partition, long from, uint part, long to) => driver.State.Repairs.Add(Repair(partition, from, part, to));
}
