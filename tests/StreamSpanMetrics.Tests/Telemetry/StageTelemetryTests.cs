using StreamSpanMetrics.Core.Points;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Stages;
using StreamSpanMetrics.Telemetry;
using StreamSpanMetrics.Tests.Stages.Support;

namespace StreamSpanMetrics.Tests.Telemetry;

/// <summary>What the loops tell while they do their work.</summary>
public sealed class StageTelemetryTests
{
    [Fact]
    public void Aggregate_tells_what_it_counted_dropped_and_how_far_it_is()
    {
        AggregateBench bench = new();
        using MeterReading reading = new(bench.Telemetry.Metrics.Meter);
        bench.Append(0, "shop");
        bench.Append(0, "shop");
        bench.Log.Append(AggregateBench.Source, 1, null, "{}"u8.ToArray(), bench.Time.NowMillis);
        bench.Consumer.Assign(0, 1);
        bench.Cut();
        bench.Consumer.Then(() => bench.Time.Advance(TimeSpan.FromSeconds(3)));
        bench.Consumer.Then(() => { });
        bench.Consumer.Then(() => { });
        bench.Run();
        IReadOnlyDictionary<string, double> told = reading.Read();
        Assert.Equal(3, told["records"]);
        Assert.Equal(2, told["spans.counted"]);
        Assert.Equal(1, told["dead.letters{reason=Truncated}"]);
        Assert.Equal(0, told["lost.records{partition=1,stage=aggregate}"]);
        Assert.Equal(1, told["transactions{outcome=committed,stage=aggregate}"]);
        Assert.Equal(1, told["commit.duration{stage=aggregate}"]);
        Assert.Equal(1, told["cut.duration"]);
        Assert.Equal(2, told["assigned.partitions{stage=aggregate}"]);
        Assert.Equal(0, told["lag.records{partition=0,stage=aggregate}"]);
        Assert.Equal(0, told["lag{partition=0,stage=aggregate}"]);
        Assert.True(bench.Telemetry.HasJoined);
    }

    [Fact]
    public void Filtered_spans_are_counted_by_their_rule_and_take_their_offsets_along()
    {
        SpanFilterRule Service(string pattern) => new() { ServiceName = new TextCondition { Regex = pattern } };
        AggregateBench bench = new(rules: new SpanRules
        {
            Filter = new SpanFilterRules { Include = [Service("s")], Exclude = [Service("^test"), Service("^never"), Service("s$")] },
        });
        using MeterReading reading = new(bench.Telemetry.Metrics.Meter);
        foreach (string service in (string[])["shop", "tests", "taxes", "cart", "taxes"])
        {
            bench.Append(0, service);
        }

        bench.Consumer.Assign(0);
        bench.Cut();
        bench.Run();
        IReadOnlyDictionary<string, double> told = reading.Read();
        Assert.Equal(5, told["records"]);
        Assert.Equal(1, told["spans.counted"]);
        Assert.Equal(
            [
                "spans.dropped{reason=excluded,rule=1} 1",
                "spans.dropped{reason=excluded,rule=2} 0",
                "spans.dropped{reason=excluded,rule=3} 2",
                "spans.dropped{reason=missing_service_name} 0",
                "spans.dropped{reason=not_included} 1",
            ],
            from one in told where one.Key.StartsWith("spans.dropped", StringComparison.Ordinal) orderby one.Key select $"{one.Key} {one.Value}");
        Assert.All(bench.Blocks(0).Concat(bench.Blocks(1)), block => Assert.Equal((0, 5), (block.FromOffset, block.ToOffset)));
        Assert.Equal(2, bench.Blocks(0).Count + bench.Blocks(1).Count);
    }

    [Fact]
    public void Without_a_filter_only_the_other_reasons_are_told()
    {
        AggregateBench bench = new();
        using MeterReading reading = new(bench.Telemetry.Metrics.Meter);
        Assert.Equal(
            "spans.dropped{reason=missing_service_name}",
            Assert.Single(reading.Read().Keys, name => name.StartsWith("spans.dropped", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_lost_range_is_counted_by_its_offsets()
    {
        AggregateBench bench = new();
        using MeterReading reading = new(bench.Telemetry.Metrics.Meter);
        for (int i = 0; i < 5; i++)
        {
            bench.Append(0, "shop");
        }

        bench.Log.DeleteBefore(AggregateBench.Source, 0, 3);
        bench.Consumer.Assign(0);
        bench.Cut();
        bench.Run();
        Assert.Equal(3, reading.Read("lost.records{partition=0,stage=aggregate}"));
    }

    [Fact]
    public void Merge_tells_its_series_points_and_steps()
    {
        const long first = 170_000_000;
        MergeBench bench = new();
        MergeBench.Start(bench.Log, 2);
        using MeterReading reading = new(bench.Telemetry.Metrics.Meter);
        bench.Deltas(0, bench.Block(0, 0, 1, first * 10_000, first, "shop", "shop", "cart"));
        bench.Deltas(0, bench.Block(1, 0, 1, (first + 1) * 10_000, first));
        bench.Deltas(0, bench.Block(0, 1, 2, (first + 1) * 10_000, first));
        IReadOnlyDictionary<string, double> told = ToldOfAStep(bench, reading);
        Assert.Equal(2, told["active.series{shard=0}"]);
        Assert.Equal(1, told["service.series{service=cart}"]);
        Assert.Equal(1, told["service.series{service=shop}"]);
        Assert.Equal(2, told["point.records"]);
        Assert.Equal(1, told["step.duration"]);
        Assert.Equal(1, told["restore.duration"]);
        Assert.Equal(0, told["folded"]);
        Assert.Equal(0, told["stopped.shards"]);
        Assert.DoesNotContain("active.series{shard=0}", reading.Read().Keys);
    }

    [Fact]
    public void Merge_tells_who_is_at_the_limit_of_series_and_how_many_more_there_would_be()
    {
        IReadOnlyDictionary<string, double> told = ToldOfThreeNames(points => points with { SeriesLimit = 1 });
        Assert.Equal(1, told["limited.resources{service=shop}"]);
        Assert.Equal(2, told["refused.keys{service=shop}"]);
        Assert.DoesNotContain("limited.resources{service=cart}", told.Keys);
    }

    [Fact]
    public void Merge_tells_who_has_more_values_of_a_label_than_it_may_have()
    {
        IReadOnlyDictionary<string, double> told = ToldOfThreeNames(points => points with { LabelLimit = 1 });
        Assert.Equal(1, told["label.limited.resources{service=shop}"]);
        Assert.DoesNotContain("label.limited.resources{service=cart}", told.Keys);
        Assert.DoesNotContain("limited.resources{service=shop}", told.Keys);
    }

    [Fact]
    public void Export_tells_how_long_a_step_took_to_be_accepted()
    {
        ExportBench bench = new(ExportBench.Points(steps: 2));
        using MeterReading reading = new(bench.Telemetry.Metrics.Meter);
        bench.Consumer.Assign(0);
        bench.UntilSettled();
        bench.Run();
        Assert.Equal(2, reading.Read("step.to.sample"));
    }

    [Fact]
    public void An_open_transaction_grows_older_until_the_stable_offset_moves()
    {
        ManualTime time = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
        MemoryLog log = new();
        log.Append("topic", 0, null, [], time.NowMillis - 40_000);
        log.Append("topic", 0, null, [], time.NowMillis);
        MemoryConsumer consumer = new(log, "topic", "group", 1) { Unstable = 1 };
        using WorkerMetrics metrics = new("test", time);
        StageTelemetry telemetry = new(metrics, "export", 0, time);
        LagProbe probe = new(consumer, telemetry, time);
        PartitionProgress progress = new(0, 1, time.NowMillis - 40_000, null, IsPaused: true);
        PartitionStatus Turn()
        {
            // One turn asks, the next one hears.
            time.Advance(TimeSpan.FromSeconds(2));
            probe.Turn(time.GetTimestamp(), [0], _ => progress);
            probe.Turn(time.GetTimestamp(), [0], _ => progress);
            return telemetry.Partitions!.Single();
        }

        PartitionStatus before = Turn();
        Assert.Equal((1, 42.0, true), (before.LagRecords, before.LagSeconds, before.IsPaused));
        Assert.Equal((1, 0.0), (before.UnstableRecords, before.UnstableAgeSeconds));
        Assert.Equal(2, Turn().UnstableAgeSeconds);
        Assert.Equal(4, Turn().UnstableAgeSeconds);
        log.Append("topic", 0, null, []);
        Assert.Equal(0, Turn().UnstableAgeSeconds);
        consumer.Unstable = 0;
        Assert.Equal(0, Turn().UnstableRecords);
        consumer.KnowsEnds = false;
        log.Append("topic", 0, null, []);
        Assert.Equal(2, Turn().LagRecords);
        Assert.Equal(1, telemetry.AssignedPartitions);
        consumer.KnowsEnds = true;
        Assert.Equal(3, Turn().LagRecords);
    }

    // Of one service with three names, and of another with one.
    private static IReadOnlyDictionary<string, double> ToldOfThreeNames(Func<PointRules, PointRules> change)
    {
        const long first = 170_000_000;
        MergeBench bench = new(change: options => options with { Points = change(options.Points) });
        MergeBench.Start(bench.Log, 2);
        using MeterReading reading = new(bench.Telemetry.Metrics.Meter);
        bench.Deltas(0, bench.Block(0, 0, 1, first * 10_000, first, "shop", "cart"));
        bench.Deltas(0, bench.Block(1, 0, 1, (first + 1) * 10_000, first, "shop/a", "shop/b"));
        bench.Deltas(0, bench.Block(0, 1, 2, (first + 1) * 10_000, first));
        return ToldOfAStep(bench, reading);
    }

    // Runs the loop until a step is written and its services, which are added up now and then only, are told.
    private static IReadOnlyDictionary<string, double> ToldOfAStep(MergeBench bench, MeterReading reading)
    {
        bench.Consumer.Assign(0);
        bench.Consumer.Until(() => reading.Read("point.records") > 0);
        bench.Consumer.Then(() => bench.Time.Advance(TimeSpan.FromSeconds(6)));
        bench.Consumer.Then(() => { });
        IReadOnlyDictionary<string, double> told = new Dictionary<string, double>();
        bench.Consumer.Then(() => told = reading.Read());
        bench.Run();
        return told;
    }
}
