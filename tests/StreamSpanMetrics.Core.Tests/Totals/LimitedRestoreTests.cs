using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Totals;

/// <summary>Snapshots under a limit on series: all of a resource in one chunk, in as many records as it takes (S3).</summary>
public sealed class LimitedRestoreTests
{
    private static readonly ShardRules Rules = BlockBuilder.Rules with { SeriesLimit = 30 };

    private readonly ShardDriver driver = new(Rules, null, 0);
    private readonly List<StateRecord> chunks = [];
    private readonly byte[] control;

    public LimitedRestoreTests()
    {
        ControlRecord record = new()
        {
            Format = 1, RulesFingerprint = BlockBuilder.Fingerprint, Shards = 1, SourceTopicId = BlockBuilder.TopicId,
        };
        record.StartOffsets.Add(0);
        control = StateSeal.Seal(record);
        DeltaBlock block = BlockBuilder.Header(0, 0, 1, 1);
        for (int i = 0; i < 50; i++)
        {
            BlockBuilder.Add(block, 2, new Observation(new TestResource("shop"), BlockBuilder.Spans("op-" + i), 1, 5_000_000));
            BlockBuilder.Add(block, 2, new Observation(new TestResource("cart-" + (i % 7)), BlockBuilder.Spans("op"), 1, 5_000_000));
        }

        block.WatermarkUnixMillis = 50_000;
        driver.Apply(block);
    }

    [Fact]
    public void All_of_a_resource_is_in_the_records_of_one_chunk()
    {
        SnapshotWriter writer = Write(new SnapshotWriter(driver.State) { MaxChunkSeries = 10, MaxPartBytes = 1500 });
        SnapshotChunk[] read = [.. chunks.Select(chunk => SnapshotChunk.Parser.ParseFrom(chunk.Value))];
        Assert.Equal((true, (uint)chunks.Count), (writer.CompleteSet!.ByResource, writer.CompleteSet.Records));
        Assert.Equal(4U, writer.CompleteSet.Chunks);
        SnapshotChunk[] withShop = [.. read.Where(chunk => chunk.Resources.Any(one => one.ServiceName.Text == "shop"))];
        Assert.Single(withShop.Select(chunk => chunk.Chunk).Distinct());
        Assert.True(withShop.Length > 2);
        Assert.All(chunks, chunk => Assert.InRange(chunk.Value!.Length, 1, 1600));
        Assert.Equal(RestoreFailure.None, Restore(driver.State, writer, chunks, out ShardState? state, out _));
        Assert.Equal((38, driver.State.ClosedStep), (state!.ActiveSeries, state.ClosedStep));
    }

    [Fact]
    public void A_missing_record_and_one_in_another_place_are_found()
    {
        SnapshotWriter writer = Write(new SnapshotWriter(driver.State) { MaxChunkSeries = 10, MaxPartBytes = 1500 });
        for (int record = 0; record < chunks.Count; record++)
        {
            Assert.Equal(RestoreFailure.Missing, Restore(driver.State, writer, [.. chunks.Where((_, number) => number != record)], out _, out _));
            List<StateRecord> swapped = [.. chunks];
            int other = (record + 1) % chunks.Count;
            swapped[record] = chunks[record] with { Value = chunks[other].Value };
            swapped[other] = chunks[other] with { Value = chunks[record].Value };
            Assert.Equal(RestoreFailure.Misplaced, Restore(driver.State, writer, swapped, out _, out _));
        }
    }

    [Fact]
    public void A_set_begun_without_a_limit_is_given_up_when_there_is_one()
    {
        ShardDriver unlimited = new(BlockBuilder.Rules, null, 0);
        DeltaBlock block = BlockBuilder.Header(0, 0, 1, 1);
        for (int i = 0; i < 50; i++)
        {
            BlockBuilder.Add(block, 2, new Observation(new TestResource("shop"), BlockBuilder.Spans("op-" + i), 1, 5_000_000));
        }

        block.WatermarkUnixMillis = 50_000;
        unlimited.Apply(block);
        SnapshotWriter writer = new(unlimited.State) { MaxChunkSeries = 20 };
        Write(writer);
        int whole = chunks.Count;
        Assert.True(writer.WriteChunk(chunks));
        ulong given = writer.NextSet!.Number;
        Assert.Equal(RestoreFailure.None, Restore(unlimited.State, writer, chunks, out ShardState? state, out SnapshotWriter? next));
        Assert.Equal(50, state!.ActiveSeries);
        List<StateRecord> more = [];
        next!.MaxChunkSeries = 1000;
        Assert.True(next.WriteChunk(more));
        Assert.Equal((true, given + 2), (next.CompleteSet!.ByResource, next.CompleteSet.Number));
        List<StateRecord> all = [.. chunks, .. more];
        Assert.True(more.Count(record => record.Value is null) > whole);
        Assert.Equal(RestoreFailure.None, Restore(state, next, all, out state, out _));
        Assert.Equal(50, state!.ActiveSeries);
    }

    [Theory]
    [InlineData(5, 1, 1, 4, 1, 1)]
    [InlineData(5, 1, 1, 5, 2, 2)]
    [InlineData(5, uint.MaxValue, 1, 6, 1, 1)]
    [InlineData(5, 1, 1, 6, 1, uint.MaxValue)]
    public void Limits_that_cannot_be_are_damage(long first, uint series, uint values, long second, uint otherSeries, uint otherValues)
    {
        ProgressRecord progress = ProgressBuilder.Build(driver.State, Write(new SnapshotWriter(driver.State)), 0, 1);
        progress.LimitChanges.Clear();
        progress.LimitChanges.Add(new LimitChange { FromStep = first, Series = series, LabelValues = values });
        progress.LimitChanges.Add(new LimitChange { FromStep = second, Series = otherSeries, LabelValues = otherValues });
        Assert.Equal(RestoreFailure.Damaged, StateRecordReader.TryProgress(StateSeal.Seal(progress), Rules, out _));
    }

    [Fact]
    public void A_change_of_either_limit_holds_from_its_step_on()
    {
        SeriesLimits limits = new();
        limits.Change(ShardState.NoStep, new StepLimits(5, 0));
        limits.Change(7, new StepLimits(5, 3));
        limits.Change(9, new StepLimits(0, 3));
        limits.Change(9, new StepLimits(0, 3));
        Assert.Equal([new(5, 0), new(5, 3), new(5, 3), new(0, 3)], new long[] { 6, 7, 8, 9 }.Select(limits.At));
        Google.Protobuf.Collections.RepeatedField<LimitChange> written = [];
        limits.Write(written);
        Assert.Equal(3, written.Count);
        limits.Change(11, default);
        limits.Prune(9);
        Assert.Equal([new(0, 3), new(0, 3), default], new long[] { 9, 10, 11 }.Select(limits.At));
        limits.Prune(10);
        written.Clear();
        limits.Write(written);
        Assert.Empty(written);
    }

    [Fact]
    public void Without_a_limit_nothing_of_it_is_written()
    {
        ShardDriver unlimited = new(BlockBuilder.Rules, null, 0);
        SnapshotWriter writer = Write(new SnapshotWriter(unlimited.State));
        Assert.Equal((false, 0U), (writer.CompleteSet!.ByResource, writer.CompleteSet.Records));
        Assert.Empty(ProgressBuilder.Build(unlimited.State, writer, 0, 1).LimitChanges);
    }

    private SnapshotWriter Write(SnapshotWriter writer)
    {
        ulong? before = writer.CompleteSet?.Number;
        while (writer.CompleteSet?.Number == before)
        {
            Assert.True(writer.WriteChunk(chunks));
        }

        return writer;
    }

    private RestoreFailure Restore(
        ShardState of, SnapshotWriter writer, List<StateRecord> records, out ShardState? state, out SnapshotWriter? next)
    {
        state = null;
        next = null;
        StateContents contents = new(0);
        contents.Add(StateKeys.Control(0), control);
        records.ForEach(record => contents.Add(record.Key, record.Value));
        contents.Add(StateKeys.Progress(0), StateSeal.Seal(ProgressBuilder.Build(of, writer, 0, 1)));
        RestoreResult result = SnapshotReader.Read(Rules, contents);
        return result.Failure == RestoreFailure.None ? result.Replay!.Complete(out state, out next) : result.Failure;
    }
}
