using System.Numerics;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>Walks the entries of <see cref="SeriesColumns"/>. Malformed columns end the walk and are reported, never thrown.</summary>
/// <remarks>Only entries of families with a histogram have words in the bucket columns.</remarks>
internal ref struct SeriesColumnsReader
{
    private readonly SeriesColumns columns;
    private readonly int bucketCount;
    private readonly int[] dimensionCounts;
    private readonly ReadOnlySpan<byte> keys;
    private readonly Span<byte> normalised;
    private readonly Span<byte> kinds;
    private int position;
    private int entry;
    private int maskAt;
    private int bucketAt;
    private int keyLength;

    /// <param name="columns">The columns.</param>
    /// <param name="bucketCount">Buckets of the rules.</param>
    /// <param name="dimensionCounts">Dimensions by family, -1 where the rules have no such family.</param>
    /// <param name="scratch">At least as long as the keys column plus the largest number of dimensions.</param>
    public SeriesColumnsReader(SeriesColumns columns, int bucketCount, int[] dimensionCounts, Span<byte> scratch)
    {
        this.columns = columns;
        this.bucketCount = bucketCount;
        this.dimensionCounts = dimensionCounts;
        keys = columns.Keys.Span;
        normalised = scratch[..keys.Length];
        kinds = scratch[keys.Length..];
        entry = -1;
        int entries = columns.Counts.Count;
        IsMalformed = !HasLength(columns.SumLow.Count, entries) || !HasLength(columns.SumHigh.Count, entries);
    }

    /// <summary>Whether the walk ended, or could not begin, because the columns are malformed.</summary>
    public bool IsMalformed { get; private set; }

    /// <summary>Normalised key of the entry.</summary>
    public readonly ReadOnlySpan<byte> Key => normalised[..keyLength];

    /// <summary>Value kinds of the entry.</summary>
    public readonly ReadOnlySpan<byte> Kinds => kinds[..dimensionCounts[normalised[0]]];

    /// <summary>Spans or events counted.</summary>
    public readonly ulong Count => columns.Counts[entry];

    /// <summary>Sum of durations in nanoseconds.</summary>
    public readonly UInt128 SumNanos => new(
        columns.SumHigh.Count == 0 ? 0 : columns.SumHigh[entry], columns.SumLow.Count == 0 ? 0 : columns.SumLow[entry]);

    /// <summary>Moves to the next entry.</summary>
    public bool MoveNext()
    {
        if (IsMalformed)
        {
            return false;
        }

        if (position == keys.Length)
        {
            IsMalformed = entry + 1 != columns.Counts.Count || maskAt != columns.BucketMasks.Count || bucketAt != columns.BucketCounts.Count;
            return false;
        }

        entry++;
        if (entry >= columns.Counts.Count || !SeriesKeyCodec.TryReadKey(keys, ref position, out ReadOnlySpan<byte> key) ||
            key[0] >= dimensionCounts.Length || dimensionCounts[key[0]] < 0 ||
            !SeriesKeyCodec.TryNormalise(key, normalised, kinds[..dimensionCounts[key[0]]], out keyLength))
        {
            IsMalformed = true;
            return false;
        }

        return true;
    }

    /// <summary>
    /// Adds the bucket counts of the entry to <paramref name="target"/>; called once per entry, with an empty span to check only.
    /// </summary>
    public void AddBuckets(Span<ulong> target)
    {
        if (!SeriesLayout.HasHistogram((SeriesFamily)normalised[0]))
        {
            return;
        }

        int words = (bucketCount + 63) / 64;
        for (int word = 0; word < words; word++)
        {
            ulong mask = maskAt < columns.BucketMasks.Count ? columns.BucketMasks[maskAt] : 0;
            int used = BitOperations.PopCount(mask);
            bool fits = maskAt < columns.BucketMasks.Count && bucketAt + used <= columns.BucketCounts.Count &&
                (mask == 0 || (word * 64) + 63 - BitOperations.LeadingZeroCount(mask) < bucketCount);
            if (!fits)
            {
                IsMalformed = true;
                return;
            }

            maskAt++;
            for (; mask != 0; mask &= mask - 1)
            {
                ulong count = columns.BucketCounts[bucketAt++];
                if (!target.IsEmpty)
                {
                    target[(word * 64) + BitOperations.TrailingZeroCount(mask)] += count;
                }
            }
        }
    }

    private static bool HasLength(int column, int entries) => column == 0 || column == entries;
}
