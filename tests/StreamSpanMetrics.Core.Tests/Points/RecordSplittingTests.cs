using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Metrics.V1;
using StreamSpanMetrics.Core.Points;
using StreamSpanMetrics.Core.Tests.Totals;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Points;

/// <summary>Records of a resource that does not fit into one (M5), resuming, and totals without a stream.</summary>
public sealed class RecordSplittingTests
{
    private const int MaxRecordBytes = 4000;

    [Fact]
    public void A_large_resource_is_split_in_series_order_and_every_part_has_the_resource()
    {
        ShardState state = Closing(50);
        List<(string Key, byte[] Value)> parts = All(new StepRecords(state, Encoder()));

        Assert.True(parts.Count is > 1 and < 10);
        List<string> names = [];
        foreach ((string key, byte[] value) in parts)
        {
            Assert.True(value.Length <= MaxRecordBytes);
            Assert.Equal(parts[0].Key, key);
            ResourceMetrics metrics = Assert.Single(ExportMetricsServiceRequest.Parser.ParseFrom(value).ResourceMetrics);
            Assert.Equal("shop", metrics.Resource.Attributes[0].Value.StringValue);
            foreach (NumberDataPoint point in metrics.ScopeMetrics[0].Metrics[0].Sum.DataPoints)
            {
                names.Add(point.Attributes[0].Value.StringValue);
            }

            Assert.Equal(
                metrics.ScopeMetrics[0].Metrics[0].Sum.DataPoints.Count, metrics.ScopeMetrics[0].Metrics[1].Histogram.DataPoints.Count);
        }

        // Two points each, zero and value, side by side.
        Assert.Equal(Enumerable.Range(10, 50).SelectMany(i => new[] { "op-" + i, "op-" + i }), names);
    }

    [Fact]
    public void Skipping_resumes_at_the_same_record()
    {
        ShardState state = Closing(50);
        List<(string, byte[])> all = All(new StepRecords(state, Encoder()));
        for (int skip = 0; skip <= all.Count; skip++)
        {
            StepRecords rest = new(state, Encoder(), (uint)skip);
            List<(string, byte[])> records = All(rest);
            Assert.Equal(all.Skip(skip), records);
            Assert.Equal((uint)all.Count, rest.Number);
        }
    }

    [Fact]
    public void Totals_have_the_given_times_and_no_zero_points()
    {
        ShardState state = Closing(3);
        state.Finish();
        PointEncoder encoder = new(BlockBuilder.PointRules, BlockBuilder.Layout);
        (string _, byte[] value) = Assert.Single(All(new StepRecords(state, encoder, 5, 77)));
        ScopeMetrics scope = ExportMetricsServiceRequest.Parser.ParseFrom(value).ResourceMetrics[0].ScopeMetrics[0];
        Assert.Equal(3, scope.Metrics[0].Sum.DataPoints.Count);
        Assert.All(scope.Metrics[0].Sum.DataPoints, point => Assert.Equal((5UL, 77UL), (point.StartTimeUnixNano, point.TimeUnixNano)));
        Assert.Equal("ms", scope.Metrics[1].Unit);
    }

    private static PointEncoder Encoder() => new(BlockBuilder.PointRules with { MaxRecordBytes = MaxRecordBytes }, BlockBuilder.Layout);

    private static ShardState Closing(int series)
    {
        ShardState state = new(BlockBuilder.Rules, [0], BlockBuilder.TopicId);
        DeltaBlock block = BlockBuilder.Header(0, 0, 1, 1);
        for (int i = series - 1; i >= 0; i--)
        {
            BlockBuilder.Add(block, 2, new Observation(new TestResource("shop"), BlockBuilder.Spans("op-" + (i + 10)), 1, 5_000_000));
        }

        block.WatermarkUnixMillis = 45_000;
        Assert.Equal(ApplyOutcome.Applied, state.Apply(block, 0).Outcome);
        state.Close(2);
        return state;
    }

    private static List<(string Key, byte[] Value)> All(StepRecords records)
    {
        List<(string, byte[])> all = [];
        while (records.MoveNext())
        {
            all.Add((Convert.ToHexString(records.Key), records.Value.ToArray()));
        }

        return all;
    }
}
