using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Metrics.V1;
using OpenTelemetry.Proto.Trace.V1;
using StreamSpanMetrics.Core.Points;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Tests.Support;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Totals;

/// <summary>The keys that an open step keeps under a limit on series (P-6): four times the limit by source partition, resource and family.</summary>
public sealed class StepCapTests
{
    private const long Millis = 15_000;

    private static readonly TestResource Shop = new("shop");

    private readonly ShardDriver driver = new(BlockBuilder.Rules with { SeriesLimit = 1 }, BlockBuilder.PointRules, 0, 0);
    private readonly long[] next = new long[2];

    [Fact]
    public void A_fifth_key_under_a_limit_of_one_overflows_though_it_would_have_been_admitted_first()
    {
        Send(0, 1, "e", "d");
        Send(0, 1, "c", "b", "e");
        Send(0, 1, "a", "c");
        Close(1);
        Assert.Equal([("", 6L), ("b", 1)], Values());
    }

    [Fact]
    public void Without_a_limit_all_keys_are_kept()
    {
        ShardDriver unlimited = new(BlockBuilder.Rules, BlockBuilder.PointRules, 0, 0);
        DeltaBlock block = Block(0, 1);
        foreach (char name in "edcba")
        {
            BlockBuilder.Add(block, 1, Spans(name.ToString()));
        }

        unlimited.Apply(block);
        unlimited.Apply(Block(0, 2));
        unlimited.Apply(Block(1, 2));
        Assert.Equal(5, unlimited.State.ActiveSeries);
    }

    [Fact]
    public void Every_partition_is_judged_for_itself_whatever_the_order_of_their_blocks()
    {
        Send(1, 1, "a", "d");
        Send(0, 1, "e", "d", "c", "b", "a", "a");
        Close(1);
        // Both of "a" from partition 0 came too late there.
        Assert.Equal([("", 7L), ("a", 1)], Values());
    }

    [Fact]
    public void Every_step_resource_and_family_is_judged_for_itself()
    {
        TestResource[] resources = [Shop, new("cart")];
        DeltaBlock block = Block(0, 2);
        foreach (TestResource resource in resources)
        {
            foreach (char name in "dcba")
            {
                BlockBuilder.Add(block, 1, new Observation(resource, BlockBuilder.Spans(name.ToString()), 1, 5_000_000));
                BlockBuilder.Add(block, 1, new Observation(resource, BlockBuilder.Events(name.ToString(), "io"), 1, 0));
                BlockBuilder.Add(block, 2, new Observation(resource, BlockBuilder.Spans(name.ToString()), 1, 5_000_000));
            }
        }

        driver.Apply(block);
        Close(2);
        Assert.Equal([("", 6L), ("a", 2), ("", 6), ("a", 2)], Values());
        Assert.Equal(8, driver.State.ActiveSeries);
    }

    [Fact]
    public void A_live_series_is_judged_as_any_key_for_closed_steps_are_not_asked()
    {
        Send(0, 1, "z");
        Close(1);
        Send(0, 2, "a", "b", "c", "d", "z");
        Close(2);
        Assert.Equal([("", 5L), ("z", 1)], Values());
    }

    [Fact]
    public void What_overflowed_on_arrival_is_in_the_estimate_also_once_the_overflow_series_is_known()
    {
        Send(0, 1, "a", "b", "c", "d", "e", "f", "g");
        Close(1);
        Assert.Equal([new LimitedService("shop", 1, 6)], LimitedService.Of(driver.State));
        Send(0, 2, "b", "c", "d", "e", "h", "i", "a");
        Close(2);
        // What is refused of step 2: b to e at its end; h, i and a as they arrived.
        Assert.Equal([new LimitedService("shop", 1, 9)], LimitedService.Of(driver.State));
    }

    [Fact]
    public void A_family_without_dimensions_is_never_judged()
    {
        SeriesLayout bare = new(new SpanRules
        {
            IncludeServiceName = false, IncludeSpanName = false, IncludeSpanKind = false, IncludeStatusCode = false,
        });
        ShardDriver one = new(BlockBuilder.Rules with { SeriesLimit = 1, Layout = bare }, BlockBuilder.PointRules, 0);
        for (int i = 0; i < 6; i++)
        {
            DeltaBlock block = Block(0, 1);
            BlockBuilder.Add(block, 1, new Observation(Shop, new TestSeries(SeriesFamily.Spans), 1, 5_000_000));
            block.SourcePartitionCount = 1;
            Assert.Equal(ApplyOutcome.Applied, one.Apply(block).Outcome);
        }

        DeltaBlock last = Block(0, 2);
        last.SourcePartitionCount = 1;
        one.Apply(last);
        NumberDataPoint point = one.CallPoints().Last();
        Assert.Equal((6L, 0), (point.AsInt, point.Attributes.Count));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void The_same_keys_are_kept_wherever_cuts_fall_also_where_the_kinds_of_an_identity_differ(int seed)
    {
        Random random = Seeded.Random(seed);
        List<(long Step, byte[] Record)> log = [.. Enumerable.Range(0, 60).Select(at => (1L + (at / 20), Record(random)))];
        CutRun run = new(new SpanRules(), new PointRules { IntervalMillis = Millis, SeriesLimit = 2 });
        List<string> once = run.Run(log, cutAfter: _ => true, restoreAfter: -1);
        Assert.Equal(once, run.Run(log, cutAfter: _ => false, restoreAfter: -1));
        Assert.Equal(once, run.Run(log, cutAfter: at => at % 7 == 6, restoreAfter: -1));
        Assert.Equal(once, run.Run(log, cutAfter: at => at % 20 == 19 || random.Next(3) == 0, restoreAfter: 25));
    }

    // One environment, as text or as a number: two resources for aggregate, one for merge.
    private static byte[] Record(Random random)
    {
        AnyValue environment = random.Next(2) == 0 ? new AnyValue { StringValue = "7" } : new AnyValue { IntValue = 7 };
        Span[] spans = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => new Span { Name = "op-" + random.Next(30), EndTimeUnixNano = 10 })];
        return Traces.Request(
            [Traces.Text("service.name", "shop"), new KeyValue { Key = SpanRules.EnvironmentAttribute, Value = environment }], spans);
    }

    private static Observation Spans(string name) => new(Shop, BlockBuilder.Spans(name), 1, 5_000_000);

    private void Send(uint partition, long step, params string[] names)
    {
        DeltaBlock block = Block(partition, step);
        foreach (string name in names)
        {
            BlockBuilder.Add(block, step, Spans(name));
        }

        Assert.Equal(ApplyOutcome.Applied, driver.Apply(block).Outcome);
    }

    private void Close(long step)
    {
        driver.Apply(Block(0, step + 1));
        driver.Apply(Block(1, step + 1));
        Assert.Equal(step, driver.State.ClosedStep);
    }

    private DeltaBlock Block(uint partition, long step)
    {
        DeltaBlock block = BlockBuilder.Header(partition, next[partition], ++next[partition]);
        block.WatermarkUnixMillis = step * Millis;
        return block;
    }

    // Names and values of spans after the step that was closed last; the overflow series comes first and has no name.
    private List<(string Name, long Value)> Values() =>
        [.. driver.CallPoints()
            .Where(point => point.TimeUnixNano / 1_000_000 == (ulong)((driver.State.ClosedStep + 1) * Millis))
            .Select(point => (point.Attributes.FirstOrDefault(one => one.Key == "span.name")?.Value.StringValue ?? "", point.AsInt))];
}
