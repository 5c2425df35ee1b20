using System.Globalization;
using StreamSpanMetrics.Core.Points;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Totals;

/// <summary>Closing and snapshots in slices of any size give the same bytes as in one go (P3).</summary>
public sealed class SlicedClosingTests(ITestOutputHelper output)
{
    private const int Steps = 12;
    private const int Resources = 5;
    private const int Names = 900;

    private static readonly ShardRules Rules = BlockBuilder.Rules with { ExpiryMillis = 3 * BlockBuilder.Rules.IntervalMillis };

    private static readonly PointRules Points = BlockBuilder.PointRules with
    {
        ExpiryMillis = Rules.ExpiryMillis, MaxRecordBytes = 20_000, IntervalMillis = Rules.IntervalMillis,
    };

    [Theory]
    [InlineData(1, 1, EmissionMode.All)]
    [InlineData(2, 1, EmissionMode.All)]
    [InlineData(3, 100, EmissionMode.All)]
    [InlineData(4, 3000, EmissionMode.All)]
    [InlineData(5, 1, EmissionMode.Changed)]
    [InlineData(6, 100, EmissionMode.Changed)]
    [InlineData(7, 3000, EmissionMode.Changed)]
    [InlineData(8, 50, EmissionMode.Delta)]
    public void Slices_give_the_bytes_of_one_go(int seed, int largestSlice, EmissionMode mode)
    {
        ShardRules rules = Rules with { Emission = new EmissionRules { Mode = mode, ActiveMillis = 0, HeartbeatMillis = Rules.IntervalMillis * 2 } };
        output.WriteLine($"seed {seed}");
        List<DeltaBlock> blocks = Blocks(new Random(seed));
        Assert.Equal(Run(rules, blocks, null, 0), Run(rules, blocks, new Random(seed), largestSlice));
    }

    [Theory]
    [InlineData(1, 1, 100, 0)]
    [InlineData(2, 100, 100, 0)]
    [InlineData(3, 3000, 100, 0)]
    [InlineData(4, 1, 0, 150)]
    [InlineData(5, 100, 200, 150)]
    public void So_they_do_with_limits_on_series_and_values_of_labels(int seed, int largestSlice, int series, int values)
    {
        output.WriteLine($"seed {seed}");
        ShardRules limited = Rules with { SeriesLimit = series, LabelLimit = values };
        List<DeltaBlock> blocks = Blocks(new Random(seed));
        Assert.Equal(Run(limited, blocks, null, 0), Run(limited, blocks, new Random(seed), largestSlice));
    }

    [Fact]
    public void Nothing_else_may_happen_while_a_step_closes()
    {
        List<DeltaBlock> blocks = Blocks(new Random(5));
        ShardState state = new(Rules, [0], BlockBuilder.TopicId);
        state.Apply(blocks[0], 0);
        state.Apply(blocks[1], 0);
        state.BeginClose(state.NextClosableStep!.Value);
        Assert.Null(state.NextClosableStep);
        Assert.False(state.CanSnapshot);
        Assert.Throws<InvalidOperationException>(() => state.Apply(blocks[2], 0));
        Assert.Throws<InvalidOperationException>(state.Finish);
        int work = 1;
        Assert.False(state.ContinueClose(ref work));
        Assert.True(work <= 0);
    }

    // Every record and every snapshot chunk of a run, in order.
    private static List<string> Run(ShardRules rules, List<DeltaBlock> blocks, Random? slices, int largestSlice)
    {
        List<string> written = [];
        ShardState state = new(rules, [0], BlockBuilder.TopicId);
        SnapshotWriter snapshots = new(state) { MaxChunkSeries = 700, MaxPartBytes = 20_000 };
        PointEncoder encoder = new(Points, Rules.Layout);
        int emitted = 0;
        for (int offset = 0; offset < blocks.Count; offset++)
        {
            Assert.False(state.Apply(blocks[offset], offset).IsRefusal);
            while (state.NextClosableStep is long step)
            {
                state.BeginClose(step);
                Slice(state.ContinueClose, slices, largestSlice);
                StepRecords records = new(state, encoder);
                while (records.MoveNext())
                {
                    emitted++;
                    written.Add(Convert.ToHexString(records.Key) + Convert.ToHexString(records.Value));
                }

                Slice(state.ContinueFinish, slices, largestSlice);
            }

            state.CompleteRecord(offset);
            List<StateRecord> chunks = [];
            Assert.True(snapshots.TryBeginChunk());
            Slice(snapshots.ContinueChunk, slices, largestSlice);
            snapshots.TakeChunk(chunks);
            written.AddRange(chunks.Select(chunk => Convert.ToHexString(chunk.Key) + Convert.ToHexString(chunk.Value ?? [])));
        }

        Assert.True(state.ExpiredSeries > 100, "Nothing expired.");
        Assert.True(emitted > Steps * Resources, "No resource had more than one record.");
        Assert.True(snapshots.CompleteSet?.Number > 1, "No snapshot set was completed.");
        Assert.Equal(state.ActiveSeries, state.SeriesByService.Values.Sum());
        return written;
    }

    private delegate bool Continue(ref int work);

    private static void Slice(Continue work, Random? slices, int largestSlice)
    {
        int most = slices?.Next(1, largestSlice + 1) ?? int.MaxValue;
        while (!work(ref most))
        {
            most = slices?.Next(1, largestSlice + 1) ?? int.MaxValue;
        }
    }

    // Each step is a block with entries and one that closes it. Names come and go, so that some expire and some are born anew.
    private static List<DeltaBlock> Blocks(Random random)
    {
        List<DeltaBlock> blocks = [];
        for (int step = 0; step < Steps; step++)
        {
            DeltaBlock block = BlockBuilder.Header(0, 2 * step, (2 * step) + 1, 1);
            block.WatermarkUnixMillis = step * Rules.IntervalMillis;
            int names = step % 4 == 0 ? Names : 50;
            for (int i = 0; i < names; i++)
            {
                string name = "op-" + random.Next(Names).ToString(CultureInfo.InvariantCulture);
                string service = "service-" + (random.Next(2) * random.Next(Resources)).ToString(CultureInfo.InvariantCulture);
                BlockBuilder.Add(block, step, new Observation(
                    new TestResource(service, "", ("host", step < 6 ? "one" : service)), BlockBuilder.Spans(name), 1, random.Next(1, 200_000_000)));
            }

            DeltaBlock end = BlockBuilder.Header(0, (2 * step) + 1, (2 * step) + 2, 1);
            end.WatermarkUnixMillis = (step + 1) * Rules.IntervalMillis;
            blocks.Add(block);
            blocks.Add(end);
        }

        return blocks;
    }
}
