using System.Buffers.Binary;
using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Totals;

namespace StreamSpanMetrics.Core.Tests.Totals;

/// <summary>The table of series: finding, removing, memory.</summary>
[Collection(MemoryCollection.Name)]
public sealed class SeriesStoreTests
{
    private static readonly int[] Dimensions = [7, -1, -1, 3];

    [Fact]
    public void Equal_hashes_are_told_apart_by_key_and_resource()
    {
        SeriesStore store = new(new HistogramShape(2, 0), Dimensions);
        byte[] kinds = new byte[7];
        int one = store.Add(42, 0, [0, 1], kinds);
        int two = store.Add(42, 0, [0, 2], kinds);
        int three = store.Add(42, 1, [0, 1], kinds);
        Assert.True(store.TryFind(42, 0, [0, 2], out int found));
        Assert.Equal(two, found);
        store.Remove(one);
        Assert.False(store.TryFind(42, 0, [0, 1], out _));
        Assert.True(store.TryFind(42, 1, [0, 1], out found));
        Assert.Equal(three, found);
    }

    [Fact]
    public void Random_adds_and_removes_equal_a_dictionary()
    {
        const int Seed = 7;
        Random random = new(Seed);
        SeriesStore store = new(new HistogramShape(1, 0), Dimensions);
        Dictionary<int, int> slots = [];
        byte[] key = new byte[200];
        for (int i = 0; i < 30_000; i++)
        {
            int number = random.Next(3000);
            BinaryPrimitives.WriteInt32LittleEndian(key.AsSpan(1), number);
            ulong hash = (ulong)(number % 50) << 32 | (uint)(number % 700);
            Assert.Equal(slots.TryGetValue(number, out int expected), store.TryFind(hash, 0, key, out int slot));
            if (slots.Remove(number))
            {
                Assert.Equal(expected, slot);
                Assert.Equal((ulong)number, store.SpanCount(slot));
                store.Remove(slot);
                int work = random.Next(4000);
                store.ContinueCompaction(ref work);
            }
            else
            {
                slots[number] = store.Add(hash, 0, key, new byte[7]);
                store.SpanCount(slots[number]) = (ulong)number;
            }
        }

        Assert.Equal(slots.Count, store.Count);
    }

    [Fact]
    public void A_series_of_17_buckets_and_7_dimensions_takes_at_most_700_bytes()
    {
        const int Series = 200_000;
        byte[] key = new byte[110];
        byte[] kinds = new byte[7];
        long before = GC.GetTotalMemory(true);
        SeriesStore store = new(new HistogramShape(17, 0), Dimensions);
        List<int> slots = [];
        for (int i = 0; i < Series; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(key.AsSpan(1), i);
            slots.Add(store.Add(ByteHash.Of(key), 0, key, kinds));
        }

        long bytes = (GC.GetTotalMemory(true) - before) / Series;
        Assert.True(bytes <= 700, $"{bytes} bytes per series");
        Assert.Equal(Series, store.Count);
        Assert.Equal(Series, slots.Count);
    }
}
