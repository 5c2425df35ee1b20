using System.Globalization;
using OpenTelemetry.Proto.Metrics.V1;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Points;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Totals;

/// <summary><c>emit: changed</c> (P-1): which points a series has, and what they cost (T6).</summary>
public sealed class SparseEmissionTests
{
    private const int Idle = 20_000;

    private static readonly ShardRules Rules = BlockBuilder.Rules with
    {
        Emission = new EmissionRules { Mode = EmissionMode.Changed, ActiveMillis = 30_000, HeartbeatMillis = 60_000 },
    };

    [Fact]
    public void A_series_is_sent_while_active_then_at_heartbeats_and_before_it_changes()
    {
        ShardDriver driver = new(Rules, null, 0);
        driver.Apply(Block(0, 31, 3));
        driver.Apply(Block(1, 211, 1));
        driver.Apply(Block(2, 226, 0));

        Assert.Equal([(30, 0), (45, 3), (60, 3), (75, 3), (135, 3), (195, 3), (210, 3), (225, 4)], driver.Calls());
    }

    [Fact]
    public void No_gap_point_stands_where_a_point_was_sent()
    {
        // (135 s is the first heartbeat: the change in the step behind it needs no gap point.)
        ShardDriver driver = new(Rules, null, 0);
        driver.Apply(Block(0, 31, 3));
        driver.Apply(Block(1, 136, 1));
        driver.Apply(Block(2, 151, 0));

        Assert.Equal([(30, 0), (45, 3), (60, 3), (75, 3), (135, 3), (150, 4)], driver.Calls());
    }

    [Fact]
    public void It_ends_with_a_marker_as_always_at_a_step_that_need_not_be_a_heartbeat()
    {
        ShardDriver driver = new(Rules with { ExpiryMillis = 105_000 }, null, 0);
        driver.Apply(Block(0, 31, 3));
        driver.Apply(Block(1, 400, 0));

        NumberDataPoint stale = Assert.Single(driver.CallPoints(), point => point.Flags == 1);
        Assert.Equal(150_000_000_000UL - 1_000_000, stale.TimeUnixNano);
        Assert.Equal([(30, 0), (45, 3), (60, 3), (75, 3), (135, 3)], driver.Calls());
        Assert.Equal((0, 25), (driver.State.ActiveSeries, driver.State.ClosedStep));
    }

    [Fact]
    public void Exponential_histograms_have_gap_points_with_what_they_had()
    {
        ShardRules rules = Rules with { Histogram = new(0, 160) };
        PointRules points = BlockBuilder.PointRules with { Histogram = new() { BoundsNanos = [], ExponentialMaxSize = 160 } };
        ShardDriver driver = new(rules, points, 0);
        driver.Apply(Exponential(Block(0, 31, 3)));
        driver.Apply(Exponential(Block(1, 211, 1)));
        driver.Apply(Block(2, 226, 0));

        Metric duration = ShardDriver.Metrics(driver.Records[^1]).Single(metric => metric.Name.EndsWith("duration", StringComparison.Ordinal));
        Assert.Equal([(210UL, 3UL), (225UL, 4UL)], duration.ExponentialHistogram.DataPoints.Select(
            point => (point.TimeUnixNano / 1_000_000_000, point.Count)));
        Assert.Equal([3UL, 4UL], duration.ExponentialHistogram.DataPoints.Select(point => point.Positive.BucketCounts.Aggregate((a, b) => a + b)));
    }

    [Fact]
    public void All_series_of_a_job_are_sent_when_its_attributes_change()
    {
        // Two environments are two resources; the second one disagrees on the host, long after the first was sent.
        ShardDriver driver = new(Rules, null, 0);
        driver.Apply(BlockBuilder.Block(0, 0, [At(31, "GET /", new TestResource("shop", "a", ("host", "one")))], 1));
        driver.Apply(BlockBuilder.Block(0, 1, [At(166, "GET /", new TestResource("shop", "b", ("host", "two")))], 1));
        driver.Apply(BlockBuilder.Block(0, 2, [At(181, "GET /", new TestResource("shop", "a", ("host", "two")))], 1));
        driver.Apply(Block(3, 196, 0));

        List<EmittedRecord> step = [.. driver.Records.Where(record => record.Step == 11)];
        Assert.Equal([2, 1], step.Select(record => record.Request.ResourceMetrics.Count));
        // In the next step the first one changes: no gap point, for all was sent at its time.
        Assert.Equal([(30, 0), (45, 1), (60, 1), (75, 1), (135, 1), (180, 1), (195, 2)], Calls(driver, "a"));
    }

    [Fact]
    public void A_restored_shard_knows_that_all_was_sent_in_the_last_step()
    {
        // As above, but restored from a snapshot of step 11, in which all was sent.
        ShardDriver driver = new(Rules, null, 0);
        driver.Apply(BlockBuilder.Block(0, 0, [At(31, "GET /", new TestResource("shop", "a", ("host", "one")))], 1));
        driver.Apply(BlockBuilder.Block(0, 1, [At(166, "GET /", new TestResource("shop", "b", ("host", "two")))], 1));
        driver.Apply(Block(2, 181, 0));
        StateContents contents = new(0);
        ControlRecord control = new()
        {
            Format = 1, RulesFingerprint = BlockBuilder.Fingerprint, Shards = 1, SourceTopicId = BlockBuilder.TopicId, StartOffsets = { 0 },
        };
        contents.Add(StateKeys.Control(0), StateSeal.Seal(control));
        SnapshotWriter snapshots = new(driver.State);
        List<StateRecord> chunks = [];
        Assert.True(snapshots.WriteChunk(chunks));
        chunks.ForEach(chunk => contents.Add(chunk.Key, chunk.Value));
        contents.Add(StateKeys.Progress(0), StateSeal.Seal(ProgressBuilder.Build(driver.State, snapshots, 0, 0)));
        ShardReplay replay = SnapshotReader.Read(Rules, contents).Replay!;
        Assert.Equal(RestoreFailure.None, replay.Complete(out ShardState? restored, out _));

        restored!.Apply(
            BlockBuilder.Block(0, 3, [At(182, "GET /", new TestResource("shop", "a", ("host", "two"))), new SourceRecord(196_000)], 1), 3);
        restored.Close(12);
        StepRecords records = new(restored, new PointEncoder(BlockBuilder.PointRules, Rules.Layout));
        Assert.True(records.MoveNext());
        NumberDataPoint point = Assert.Single(ShardDriver.Metrics(
            new EmittedRecord(12, "", Convert.ToHexString(records.Value)))[0].Sum.DataPoints);
        Assert.Equal((195_000_000_000UL, 2), (point.TimeUnixNano, point.AsInt));
    }

    [Fact]
    public void A_step_costs_what_is_due_and_steps_with_nothing_due_cost_nothing()
    {
        ShardRules rules = Rules with
        {
            ExpiryMillis = 86_400_000,
            Emission = Rules.Emission with { ActiveMillis = 0, HeartbeatMillis = 3_600_000 },
        };
        ShardState state = new(rules, [0], BlockBuilder.TopicId);
        PointEncoder encoder = new(BlockBuilder.PointRules, rules.Layout);
        SourceRecord all = new(1_000, [.. Enumerable.Range(0, Idle).Select(i => Of("op-" + i.ToString(CultureInfo.InvariantCulture)))]);
        state.Apply(BlockBuilder.Block(0, 0, [all], 1), 0);
        state.Apply(Block(1, 16, 0), 0);
        Assert.True(Run(state, encoder).Work > Idle);

        // One series changes every other step for 50 minutes.
        (int Steps, long Work, int Records) total = default;
        for (int i = 0; i < 100; i++)
        {
            state.Apply(BlockBuilder.Block(0, 2 + i, [At(16 + (30 * i), "op-7", new TestResource("shop"))], 1), i + 1);
            (int steps, long work, int records) = Run(state, encoder);
            total = (total.Steps + steps, total.Work + work, total.Records + records);
        }

        Assert.Equal((99, 99), (total.Steps, total.Records));
        Assert.True(total.Work < 10_000, $"{total.Work} of work for 99 series");

        // Eight hours at once: the heartbeats of the many and of the one, and their ends.
        state.Apply(Block(102, 28_800, 0), 102);
        Assert.InRange(Run(state, encoder).Steps, 14, 17);
        Assert.Equal(1919, state.ClosedStep);
    }

    private static (int Steps, long Work, int Records) Run(ShardState state, PointEncoder encoder)
    {
        (int Steps, long Work, int Records) run = default;
        while (state.NextClosableStep is long step)
        {
            run.Steps++;
            state.BeginClose(step);
            int work = int.MaxValue;
            Assert.True(state.ContinueClose(ref work));
            StepRecords records = new(state, encoder);
            while (records.MoveNext())
            {
                run.Records++;
            }

            Assert.True(state.ContinueFinish(ref work));
            run.Work += int.MaxValue - work;
        }

        return run;
    }

    private static List<(long, long)> Calls(ShardDriver driver, string environment)
    {
        List<(long, long)> points = [];
        foreach (EmittedRecord record in driver.Records)
        {
            bool isOf = record.Request.ResourceMetrics[0].Resource.Attributes.Any(attribute => attribute.Value.StringValue == environment);
            foreach (NumberDataPoint point in isOf ? ShardDriver.Metrics(record)[0].Sum.DataPoints.AsEnumerable() : [])
            {
                points.Add(((long)(point.TimeUnixNano / 1_000_000_000), point.AsInt));
            }
        }

        return points;
    }

    private static DeltaBlock Exponential(DeltaBlock block)
    {
        foreach (DeltaResource resource in block.Steps.SelectMany(step => step.Resources))
        {
            SeriesColumns columns = resource.Series;
            columns.BucketMasks.Clear();
            columns.BucketCounts.Clear();
            ExponentialBuckets buckets = new(160);
            ulong[] durations = [.. Enumerable.Repeat(2_000_000UL, (int)columns.Counts[0])];
            buckets.Add(durations, new ExponentialScale(DurationUnit.Milliseconds));
            ExponentialColumnsCodec.Add(columns.Exponential = new ExponentialColumns(), buckets);
        }

        return block;
    }

    private static DeltaBlock Block(long from, long seconds, ulong spans) => BlockBuilder.Block(
        0, from, [spans == 0 ? new SourceRecord(seconds * 1000) : new SourceRecord(seconds * 1000, Of("GET /", spans))], 1);

    private static SourceRecord At(long seconds, string name, TestResource resource) =>
        new(seconds * 1000, new Observation(resource, BlockBuilder.Spans(name), 1, 2_000_000));

    private static Observation Of(string name, ulong spans = 1) =>
        new(new TestResource("shop"), BlockBuilder.Spans(name), spans, 2_000_000);
}
