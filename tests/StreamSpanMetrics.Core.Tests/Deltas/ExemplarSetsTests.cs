using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Tests.Support;

namespace StreamSpanMetrics.Core.Tests.Deltas;

/// <summary>Sets of exemplars beside their slow twin: all of them, each once, sorted, the first few taken.</summary>
public sealed class ExemplarSetsTests
{
    private const int Owners = 5;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(100)]
    public void Any_order_and_any_partition_give_the_first_exemplars(int capacity)
    {
        Random random = Seeded.Random(41);
        for (int round = 0; round < 200; round++)
        {
            List<(int Owner, SpanExemplar Exemplar)> all =
                [.. Enumerable.Range(0, random.Next(150)).Select(_ => (random.Next(Owners) * 700, Exemplar(random)))];
            ExemplarSets whole = new(capacity);
            ExemplarSets[] parts = [.. Enumerable.Range(0, 3).Select(_ => new ExemplarSets(capacity))];
            foreach ((int owner, SpanExemplar exemplar) in all)
            {
                whole.Add(owner, exemplar);
                parts[random.Next(3)].Add(owner, exemplar);
            }

            random.Shuffle(parts);
            ExemplarSets joined = new(capacity);
            foreach (ExemplarSets part in parts)
            {
                for (int owner = 0; owner < Owners; owner++)
                {
                    joined.AddAll(owner, part, owner * 700);
                }
            }

            for (int owner = 0; owner < Owners; owner++)
            {
                SpanExemplar[] expected = Twin(all.Where(one => one.Owner == owner * 700).Select(one => one.Exemplar), capacity);
                Assert.Equal(expected, Read(whole, owner * 700, capacity));
                Assert.Equal(expected, Read(joined, owner, capacity));
                Assert.Equal(expected[..Math.Min(2, expected.Length)], Read(whole, owner * 700, 2));
            }
        }
    }

    [Fact]
    public void Cleared_sets_are_as_new_and_keep_their_memory()
    {
        Random random = Seeded.Random(42);
        SpanExemplar[] exemplars = [.. Enumerable.Range(0, 500).Select(_ => Exemplar(random))];
        ExemplarSets sets = new(4);
        SpanExemplar[] read = new SpanExemplar[4];
        for (int round = 0; round < 2; round++)
        {
            for (int at = 0; at < exemplars.Length; at++)
            {
                sets.Add(at % 70, exemplars[at]);
            }

            Assert.Equal(sets.CountOf(1), sets.Read(1, read));
            sets.Clear();
            Assert.Equal((0, 0, 0), (sets.TotalCount, sets.CountOf(1), sets.Read(1, read)));
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int at = 0; at < exemplars.Length; at++)
        {
            sets.Add(at % 70, exemplars[at]);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(Twin(exemplars.Where((_, at) => at % 70 == 3), 4), Read(sets, 3, 4));
    }

    [Fact]
    public void The_order_is_that_of_the_hash_of_the_ids()
    {
        byte[] ids = Convert.FromHexString("0102030405060708090a0b0c0d0e0f10" + "1112131415161718");
        SpanExemplar exemplar = SpanExemplar.From(ids, 5, 6);

        // Blocks of running applications hold what this hash chose: another one would choose others. The number was computed apart from ByteHash.
        Assert.Equal(3_980_620_754_921_226_458UL, exemplar.Hash);
        byte[] written = new byte[ids.Length];
        exemplar.WriteIds(written);
        Assert.Equal(ids, written);
        Assert.True(exemplar.HasTraceId);
        Assert.False(SpanExemplar.From([.. new byte[16], .. ids[16..]], 5, 6).HasTraceId);
    }

    private static SpanExemplar[] Twin(IEnumerable<SpanExemplar> exemplars, int capacity) =>
    [
        .. exemplars.Distinct()
            .OrderBy(one => one.Hash).ThenBy(one => one.TraceHigh).ThenBy(one => one.TraceLow).ThenBy(one => one.SpanId)
            .ThenBy(one => one.DurationNanos).ThenBy(one => one.EndNanos)
            .Take(capacity),
    ];

    private static SpanExemplar[] Read(ExemplarSets sets, int owner, int number)
    {
        SpanExemplar[] read = new SpanExemplar[number];
        return read[..sets.Read(owner, read)];
    }

    // Hashes that often meet, so that the rest of the order matters, and exemplars that come again.
    private static SpanExemplar Exemplar(Random random) => new(
        (ulong)random.Next(8), 0, (ulong)random.Next(1, 3), (ulong)random.Next(2), (ulong)random.Next(2), (ulong)random.Next(2));
}
