using System.Numerics;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>Walks the entries of <see cref="SeriesColumns"/>. Malformed columns end the walk and are reported, never thrown.</summary>
/// <remarks>Only entries of families with a histogram have words in the bucket columns.</remarks>
internal ref struct SeriesColumnsReader
{
    private readonly SeriesColumns columns;
    private readonly HistogramShape shape;
    private readonly int[] dimensionCounts;
    private readonly ReadOnlySpan<byte> keys;
    private readonly Span<byte> normalised;
    private readonly Span<byte> kinds;
    private int position;
    private int entry;
    private int maskAt;
    private int bucketAt;
    private int keyLength;
    private ExponentialPlace exponentialAt;

    /// <param name="columns">The columns.</param>
    /// <param name="shape">How the rules keep durations.</param>
    /// <param name="dimensionCounts">Dimensions by family, -1 where the rules have no such family.</param>
    /// <param name="scratch">At least as long as the keys column plus the largest number of dimensions.</param>
    public SeriesColumnsReader(SeriesColumns columns, HistogramShape shape, int[] dimensionCounts, Span<byte> scratch)
    {
        this.columns = columns;
        this.shape = shape;
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

    /// <summary>Whether there may be overflow series.</summary>
    public bool HasOverflow { get; init; }

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
            IsMalformed = entry + 1 != columns.Counts.Count || maskAt != columns.BucketMasks.Count ||
                bucketAt != columns.BucketCounts.Count || !ExponentialColumnsCodec.IsEnd(columns.Exponential, exponentialAt);
            return false;
        }

        entry++;
        if (entry >= columns.Counts.Count || !SeriesKeyCodec.TryReadKey(keys, ref position, out ReadOnlySpan<byte> key) ||
            key[0] >= dimensionCounts.Length || dimensionCounts[key[0]] < 0 ||
            !TryNormalise(key, kinds[..dimensionCounts[key[0]]]))
        {
            IsMalformed = true;
            return false;
        }

        return true;
    }

    private bool TryNormalise(scoped ReadOnlySpan<byte> key, scoped Span<byte> kindsOfKey)
    {
        if (!HasOverflow || !SeriesKeyCodec.IsOverflow(key, kindsOfKey.Length))
        {
            return SeriesKeyCodec.TryNormalise(key, normalised, kindsOfKey, out keyLength);
        }

        normalised[0] = key[0];
        keyLength = 1;
        kindsOfKey.Clear();
        return true;
    }

    /// <summary>Adds the histogram of the entry to that of a series; this or <see cref="CheckHistogram"/> is called once per entry.</summary>
    public void AddHistogram(SeriesStore series, int slot) => ReadHistogram(series, slot);

    /// <summary>Looks at the histogram of the entry only.</summary>
    public void CheckHistogram() => ReadHistogram(null, 0);

    private void ReadHistogram(SeriesStore? series, int slot)
    {
        if (!SeriesLayout.HasHistogram((SeriesFamily)normalised[0]))
        {
            return;
        }

        if (shape.IsExplicit)
        {
            AddBuckets(series is null ? [] : series.Buckets(slot));
        }

        if (shape.IsExponential && (columns.Exponential is null || !ExponentialColumnsCodec.TryRead(
            columns.Exponential, ref exponentialAt, shape.ExponentialMaxSize, series?.Exponential(slot))))
        {
            IsMalformed = true;
        }
    }

    private void AddBuckets(Span<ulong> target)
    {
        int words = (shape.BucketCount + 63) / 64;
        for (int word = 0; word < words; word++)
        {
            ulong mask = maskAt < columns.BucketMasks.Count ? columns.BucketMasks[maskAt] : 0;
            int used = BitOperations.PopCount(mask);
            bool fits = maskAt < columns.BucketMasks.Count && bucketAt + used <= columns.BucketCounts.Count &&
                (mask == 0 || (word * 64) + 63 - BitOperations.LeadingZeroCount(mask) < shape.BucketCount);
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
