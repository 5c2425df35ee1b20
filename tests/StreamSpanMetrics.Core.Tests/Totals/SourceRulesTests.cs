using Google.Protobuf;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Totals;

/// <summary>Which blocks fit (M2, A3, S1).</summary>
public sealed class SourceRulesTests
{
    public static TheoryData<string, ApplyOutcome> Table => new()
    {
        { "from=10 to=20", ApplyOutcome.Applied },
        { "from=10 to=10", ApplyOutcome.Applied },
        { "from=5 to=10", ApplyOutcome.Skipped },
        { "from=0 to=3", ApplyOutcome.Skipped },
        { "from=11 to=20", ApplyOutcome.Gap },
        { "from=11 to=11", ApplyOutcome.Gap },
        { "from=5 to=11", ApplyOutcome.Overlap },
        { "from=10 to=20 part=1 parts=2", ApplyOutcome.MissingPart },
        { "from=10 to=20 part=2 parts=2", ApplyOutcome.Malformed },
        { "from=20 to=10", ApplyOutcome.Malformed },
        { "from=10 to=20 topic=other", ApplyOutcome.OtherTopicId },
        { "from=5 to=10 topic=other", ApplyOutcome.OtherTopicId },
        { "from=10 to=20 format=2", ApplyOutcome.UnknownFormat },
        { "from=10 to=20 format=0", ApplyOutcome.UnknownFormat },
        { "from=10 to=20 fingerprint=1", ApplyOutcome.ForeignFingerprint },
        { "from=0 to=20 partition=2", ApplyOutcome.UnknownPartition },
        { "from=0 to=20 partition=2 first=1", ApplyOutcome.Applied },
        { "from=1 to=20 partition=2 first=1", ApplyOutcome.Gap },
        { "from=10 to=20 keys=broken", ApplyOutcome.Malformed },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void A_block_is_applied_skipped_or_refused(string text, ApplyOutcome expected)
    {
        ShardDriver driver = new(null, null, 10, 10);
        SourceState[] before = driver.State.Sources.ToArray();
        DeltaBlock block = Parse(text);

        ApplyResult result = driver.Apply(block);

        Assert.Equal(expected, result.Outcome);
        Assert.Equal(expected >= ApplyOutcome.Gap, result.IsRefusal);
        Assert.Equal(block.SourcePartition < 2 ? 10 : -1, result.ExpectedOffset);
        if (expected == ApplyOutcome.Applied)
        {
            Assert.Equal(block.ToOffset, driver.State.Sources[(int)block.SourcePartition].ExpectedOffset);
        }
        else
        {
            Assert.Equal(before, driver.State.Sources.ToArray());
        }

        Assert.Equal(expected == ApplyOutcome.Skipped ? 1 : 0, driver.State.SkippedBlocks);
    }

    [Fact]
    public void Offset_and_clock_move_with_the_last_part()
    {
        ShardDriver driver = new();
        for (uint part = 0; part < 3; part++)
        {
            DeltaBlock block = BlockBuilder.Header(0, 0, 7);
            block.Part = part;
            block.Parts = 3;
            block.WatermarkUnixMillis = 50_000;
            Assert.Equal(ApplyOutcome.Applied, driver.Apply(block).Outcome);
            SourceState source = driver.State.Sources[0];
            Assert.Equal(part == 2 ? 7 : 0, source.ExpectedOffset);
            Assert.Equal(part == 2 ? 0 : part + 1, source.ExpectedPart);
            Assert.Equal(part == 2 ? 50_000 : SourceState.NoClock, source.ClockUnixMillis);
        }
    }

    [Fact]
    public void A_missing_part_is_refused_with_the_part_expected()
    {
        ShardDriver driver = new();
        DeltaBlock first = BlockBuilder.Header(0, 0, 7);
        first.Parts = 3;
        driver.Apply(first);
        DeltaBlock third = first.Clone();
        third.Part = 2;

        ApplyResult result = driver.Apply(third);

        Assert.Equal(ApplyOutcome.MissingPart, result.Outcome);
        Assert.Equal(1u, result.ExpectedPart);
        Assert.Equal(2u, result.Part);
    }

    private static DeltaBlock Parse(string text)
    {
        DeltaBlock block = BlockBuilder.Header(0, 0, 0);
        foreach (string field in text.Split(' '))
        {
            string[] pair = field.Split('=');
            _ = long.TryParse(pair[1], out long number);
            switch (pair[0])
            {
                case "from": block.FromOffset = number; break;
                case "to": block.ToOffset = number; break;
                case "part": block.Part = (uint)number; break;
                case "parts": block.Parts = (uint)number; break;
                case "format": block.Format = (uint)number; break;
                case "partition": block.SourcePartition = (uint)number; break;
                case "fingerprint": block.RulesFingerprint = (ulong)number; break;
                case "first": block.First = true; break;
                case "topic": block.SourceTopicId = ByteString.CopyFromUtf8("fedcba9876543210"); break;
                default:
                    BlockBuilder.Add(block, 2, new Observation(new TestResource("shop"), BlockBuilder.Spans("x"), 1, 1));
                    block.Steps[0].Resources[0].Series.Keys = ByteString.CopyFromUtf8("\u0005ab");
                    break;
            }
        }

        return block;
    }
}
