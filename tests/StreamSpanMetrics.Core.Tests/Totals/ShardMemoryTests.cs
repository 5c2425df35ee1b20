using System.Globalization;
using System.Runtime.CompilerServices;
using Google.Protobuf;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Totals;

/// <summary>The whole of a shard's state, filled through blocks and closed, stays within the memory that is promised.</summary>
[Collection(MemoryCollection.Name)]
public sealed class ShardMemoryTests
{
    [Fact]
    public void A_series_of_16_buckets_and_3_labels_takes_at_most_700_bytes()
    {
        const int Series = 100_000;
        const int Resources = 100;
        ShardRules rules = BlockBuilder.Rules with
        {
            Histogram = new(16, 0),
            Layout = new SeriesLayout(new SpanRules { IncludeStatusCode = false, HistogramEnabled = true }),
        };
        byte[] blocks = Blocks(Series, Resources);
        long before = GC.GetTotalMemory(true);

        ShardState state = new(rules, [0], BlockBuilder.TopicId);
        ApplyAll(state, blocks);
        state.Close(0);
        state.Finish();
        state.CompleteRecord(0);

        long bytes = (GC.GetTotalMemory(true) - before) / Series;
        Assert.Equal(Series, state.ActiveSeries);
        Assert.True(bytes <= 700, $"{bytes} bytes per series");
        Assert.Equal(Resources, state.Resources.Count);
    }

    // Apart, so that nothing in the measuring method still holds the messages.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void ApplyAll(ShardState state, byte[] blocks)
    {
        foreach (DeltaBlock block in DeltaBatch.Parser.ParseFrom(blocks).Blocks)
        {
            Assert.Equal(ApplyOutcome.Applied, state.Apply(block, 0).Outcome);
        }
    }

    // A block with all series in step 0, and one whose watermark closes that step.
    private static byte[] Blocks(int series, int resources)
    {
        DeltaBlock block = BlockBuilder.Header(0, 0, series, partitions: 1);
        for (int number = 0; number < series; number++)
        {
            string service = "service-" + (number % resources).ToString(CultureInfo.InvariantCulture);
            TestSeries key = new(
                SeriesFamily.Spans,
                (ValueKind.String, service),
                (ValueKind.String, "GET /api/v1/orders/{id}/action-" + number.ToString(CultureInfo.InvariantCulture)),
                (ValueKind.String, "SPAN_KIND_SERVER"));
            BlockBuilder.Add(block, 0, new Observation(new TestResource(service), key, Count: 1, DurationNanos: 5_000_000));
        }

        DeltaBlock end = BlockBuilder.Header(0, series, series + 1, partitions: 1);
        end.WatermarkUnixMillis = BlockBuilder.Rules.IntervalMillis;
        return new DeltaBatch { Blocks = { block, end } }.ToByteArray();
    }
}
