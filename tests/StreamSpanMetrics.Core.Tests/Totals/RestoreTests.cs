using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Totals;

/// <summary>What a restore does with sound records, and with deltas that do not lead to them (S3).</summary>
public sealed class RestoreTests
{
    private readonly ShardDriver driver = new(null, null, 0);
    private readonly StateContents contents = new(0);
    private readonly List<StateRecord> chunks = [];

    public RestoreTests()
    {
        ControlRecord control = new()
        {
            Format = 1, RulesFingerprint = BlockBuilder.Fingerprint, Shards = 1, SourceTopicId = BlockBuilder.TopicId,
        };
        control.StartOffsets.Add(0);
        contents.Add(StateKeys.Control(0), StateSeal.Seal(control));
        DeltaBlock block = BlockBuilder.Header(0, 0, 1, 1);
        for (int i = 0; i < 50; i++)
        {
            BlockBuilder.Add(block, 2, new Observation(new TestResource("shop"), BlockBuilder.Spans("op-" + i), 1, 5_000_000));
        }

        block.WatermarkUnixMillis = 50_000;
        driver.Apply(block);
        SnapshotWriter writer = new(driver.State) { MaxChunkSeries = 20 };
        while (writer.CompleteSet is null)
        {
            Assert.True(writer.WriteChunk(chunks));
        }

        chunks.ForEach(chunk => contents.Add(chunk.Key, chunk.Value));
        contents.Add(StateKeys.Progress(0), StateSeal.Seal(ProgressBuilder.Build(driver.State, writer, 0, 1)));
    }

    [Fact]
    public void A_sound_set_restores_without_replay()
    {
        Assert.Equal(4, chunks.Count);
        RestoreResult result = SnapshotReader.Read(BlockBuilder.Rules, contents);
        Assert.Equal(RestoreFailure.None, result.Failure);
        Assert.Equal((1, 1), (result.Replay!.FromOffset, result.Replay.ToOffset));
        Assert.Equal(RestoreFailure.None, result.Replay.Complete(out ShardState? state, out _));
        Assert.Equal(50, state!.ActiveSeries);
        Assert.Equal(driver.State.ClosedStep, state.ClosedStep);
    }

    [Fact]
    public void A_replay_that_lacks_a_record_is_incomplete()
    {
        StateContents young = new(0);
        young.Add(StateKeys.Control(0), contents.Control);
        young.Add(StateKeys.Progress(0), StateSeal.Seal(ProgressBuilder.Build(driver.State, new SnapshotWriter(driver.State), 0, 1)));
        ShardReplay replay = SnapshotReader.Read(BlockBuilder.Rules, young).Replay!;
        Assert.Equal((0, 1), (replay.FromOffset, replay.ToOffset));
        Assert.Equal(RestoreFailure.IncompleteReplay, replay.Complete(out _, out _));
    }
}
