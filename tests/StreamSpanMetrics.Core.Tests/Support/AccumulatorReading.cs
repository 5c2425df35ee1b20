using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Series;

namespace StreamSpanMetrics.Core.Tests.Support;

/// <summary>Reads an accumulator into the form of <see cref="NaiveCount"/>.</summary>
internal static class AccumulatorReading
{
    /// <summary>All entries of all sections; entries of raw keys that mean the same series are added up, as merge does.</summary>
    public static Dictionary<string, SeriesCount> Read(DeltaAccumulator accumulator, RecordFolder folder)
    {
        Dictionary<string, SeriesCount> counts = [];
        int entry = 0;
        foreach (StepSection section in accumulator.Sections)
        {
            Assert.Equal(entry, section.EntryStart);
            HashSet<int> seen = [];
            for (; entry < section.EntryEnd; entry++)
            {
                int number = accumulator.Series(entry);
                Assert.True(seen.Add(number), $"series {number} has two entries in step {section.Step}");
                Add(accumulator, entry, Key(folder, number, section.Step), counts);
            }
        }

        Assert.Equal(accumulator.EntryCount, entry);
        return counts;
    }

    /// <summary>Counts as sorted lines, for comparing and for reading.</summary>
    public static IEnumerable<string> Lines(Dictionary<string, SeriesCount> counts) =>
        counts.Select(count => $"{count.Key}: {count.Value}").Order(StringComparer.Ordinal);

    /// <summary>The bucket counts of an entry.</summary>
    public static ulong[] Buckets(DeltaAccumulator accumulator, int entry)
    {
        ulong[] buckets = new ulong[accumulator.BucketCount];
        accumulator.ReadBuckets(entry, buckets);
        return buckets;
    }

    private static string Key(RecordFolder folder, int number, long step)
    {
        SeriesTable series = folder.Series;
        string group = RenderedKeyText.Of(folder.Resources.Group(series.GroupIndex(number)));
        return $"{step} {group} {RenderedKeyText.Of(series.RenderedKey(number), folder.Layout)}";
    }

    private static void Add(DeltaAccumulator accumulator, int entry, string key, Dictionary<string, SeriesCount> counts)
    {
        ulong[] buckets = Buckets(accumulator, entry);
        if (!counts.TryGetValue(key, out SeriesCount? count))
        {
            counts.Add(key, count = new SeriesCount(buckets.Length));
        }

        count.Sum += new UInt128(accumulator.SumHigh(entry), accumulator.SumLow(entry));
        for (int bucket = 0; bucket < buckets.Length; bucket++)
        {
            count.Buckets[bucket] += buckets[bucket];
        }
    }
}
