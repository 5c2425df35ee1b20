using Google.Protobuf;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Totals;

/// <summary>What is wrong with a snapshot has its own reason (S1, S2, S3, S6).</summary>
public sealed class RestoreFailureTests
{
    private readonly ShardDriver driver = new(null, null, 0);
    private readonly StateContents contents = new();
    private readonly List<StateRecord> chunks = [];

    public RestoreFailureTests()
    {
        ControlRecord control = new()
        {
            Format = 1, RulesFingerprint = BlockBuilder.Fingerprint, Shards = 1, SourceTopicId = BlockBuilder.TopicId,
        };
        control.StartOffsets.Add(0);
        contents.Add(ProgressBuilder.ControlKey(0), control.ToByteArray());
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
        contents.Add(ProgressBuilder.Key(0), ProgressBuilder.Build(driver.State, writer, 0, 1).ToByteArray());
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
    public void Without_a_control_record_nothing_is_restored() =>
        Assert.Equal(RestoreFailure.MissingControl, SnapshotReader.Read(BlockBuilder.Rules, new StateContents()).Failure);

    [Fact]
    public void A_missing_chunk_is_named()
    {
        contents.Add(chunks[2].Key, null);
        RestoreResult result = SnapshotReader.Read(BlockBuilder.Rules, contents);
        Assert.Equal((RestoreFailure.MissingChunk, 2), (result.Failure, result.Chunk));
    }

    [Fact]
    public void Every_flipped_bit_of_a_chunk_is_noticed()
    {
        byte[] sound = chunks[1].Value!;
        for (int position = 0; position < sound.Length; position++)
        {
            byte[] damaged = [.. sound];
            damaged[position] ^= (byte)(1 << (position % 8));
            contents.Add(chunks[1].Key, damaged);
            RestoreResult result = SnapshotReader.Read(BlockBuilder.Rules, contents);
            Assert.Equal(1, result.Chunk);
            Assert.True(result.Failure is RestoreFailure.DamagedChunk or RestoreFailure.NewerFormat, $"{position}: {result.Failure}");
        }
    }

    [Fact]
    public void Other_rules_are_foreign() => Assert.Equal(
        RestoreFailure.ForeignFingerprint, SnapshotReader.Read(BlockBuilder.Rules with { RulesFingerprint = 1 }, contents).Failure);

    [Fact]
    public void A_newer_chunk_is_not_damaged_but_newer()
    {
        SnapshotChunk chunk = SnapshotChunk.Parser.ParseFrom(chunks[0].Value);
        chunk.Format = 2;
        contents.Add(chunks[0].Key, chunk.ToByteArray());
        Assert.Equal(RestoreFailure.NewerFormat, SnapshotReader.Read(BlockBuilder.Rules, contents).Failure);
    }

    [Fact]
    public void A_damaged_progress_record_is_a_value()
    {
        contents.Add(ProgressBuilder.Key(0), [0xFF, 0xFF]);
        Assert.Equal(RestoreFailure.DamagedRecord, SnapshotReader.Read(BlockBuilder.Rules, contents).Failure);
    }

    [Fact]
    public void A_replay_that_lacks_a_record_is_incomplete()
    {
        StateContents young = new();
        young.Add(ProgressBuilder.ControlKey(0), contents.Control);
        young.Add(ProgressBuilder.Key(0), ProgressBuilder.Build(driver.State, new SnapshotWriter(driver.State), 0, 1).ToByteArray());
        ShardReplay replay = SnapshotReader.Read(BlockBuilder.Rules, young).Replay!;
        Assert.Equal((0, 1), (replay.FromOffset, replay.ToOffset));
        Assert.Equal(RestoreFailure.IncompleteReplay, replay.Complete(out _, out _));
    }
}
