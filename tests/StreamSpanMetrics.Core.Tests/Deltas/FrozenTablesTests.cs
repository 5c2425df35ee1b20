using Google.Protobuf;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Tests.Support;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Deltas;

/// <summary>A cut is encoded beside the folding (A6): what comes later must not show in it.</summary>
public sealed class FrozenTablesTests
{
    private static readonly HistogramRules Histogram = new() { BoundsNanos = [10] };

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Blocks_are_the_same_however_much_is_folded_and_forgotten_before_they_are_made(int seed)
    {
        RequestGenerator requests = new(Seeded.Random(seed));
        RecordFolder folder = new(new SpanRules { Dimensions = [new DimensionRule("http.method", "GET")] });
        ExplicitBounds bounds = new(Histogram);
        DeltaAccumulator frozen = new(bounds);
        Fold(requests, folder, frozen, records: 40);
        FrozenTables tables = folder.Freeze();
        List<DeltaBlock> expected = Blocks(tables, frozen);
        Assert.True(frozen.EntryCount > 20);

        // Enough to make every array of the tables grow several times, then a new start under the same numbers.
        Fold(requests, folder, new DeltaAccumulator(bounds), records: 2_000);
        Assert.Equal(expected, Blocks(tables, frozen));
        folder.ClearTables();
        Fold(requests, folder, new DeltaAccumulator(bounds), records: 40);
        Assert.Equal(expected, Blocks(tables, frozen));
    }

    private static void Fold(RequestGenerator requests, RecordFolder folder, DeltaAccumulator accumulator, int records)
    {
        for (int record = 0; record < records; record++)
        {
            if (!folder.Fold(requests.Request().ToByteArray()).Exists)
            {
                accumulator.Add(folder.Staged, step: 1);
            }
        }
    }

    private static List<DeltaBlock> Blocks(FrozenTables tables, DeltaAccumulator accumulator)
    {
        DeltaHeader header = new(7, ByteString.Empty, 0, 0, 40, 1, 1_000);
        return [.. new DeltaBlockBuilder(shards: 3, new HistogramRules()).Build(tables, accumulator, header).SelectMany(blocks => blocks)];
    }
}
