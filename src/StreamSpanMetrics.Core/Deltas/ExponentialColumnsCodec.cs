using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Deltas;

/// <summary>Writes and reads exponential histograms as columns (schemas/streamspanmetrics/v1/series.proto).</summary>
internal static class ExponentialColumnsCodec
{
    /// <summary>Upper bound of the bytes of a histogram besides its buckets.</summary>
    private const int HeadBytes = 5 + (3 * 10) + 5;

    /// <summary>Upper bound of the bytes of a bucket.</summary>
    private const int BucketBytes = 5 + 10;

    // Durations in seconds or milliseconds lie between 2^-30 and 2^45, so two buckets hold all of them from this scale on.
    private const int CoarsestScale = -7;
    private const long LargestExponent = 64;

    /// <summary>Appends a histogram and returns an upper bound of the bytes that it takes.</summary>
    public static int Add(ExponentialColumns columns, ExponentialBuckets buckets)
    {
        columns.Scales.Add(buckets.Scale);
        columns.ZeroCounts.Add(buckets.ZeroCount);
        columns.MinNanos.Add(buckets.MinNanos);
        columns.MaxNanos.Add(buckets.MaxNanos);
        uint size = 0;
        int before = 0;
        ReadOnlySpan<ulong> counts = buckets.Counts;
        for (int at = 0; at < counts.Length; at++)
        {
            if (counts[at] != 0)
            {
                int index = buckets.Offset + at;
                columns.IndexSteps.Add(index - before);
                columns.BucketCounts.Add(counts[at]);
                before = index;
                size++;
            }
        }

        columns.Sizes.Add(size);
        return HeadBytes + ((int)size * BucketBytes);
    }

    /// <summary>Adds the histogram at the reader's place to <paramref name="target"/>, or only looks at it; false if it is malformed.</summary>
    public static bool TryRead(ExponentialColumns columns, ref ExponentialPlace place, int maxSize, ExponentialBuckets? target)
    {
        int entry = place.Entry;
        if (entry >= columns.Scales.Count || entry >= columns.Sizes.Count || entry >= columns.ZeroCounts.Count ||
            entry >= columns.MinNanos.Count || entry >= columns.MaxNanos.Count)
        {
            return false;
        }

        int scale = columns.Scales[entry];
        uint size = columns.Sizes[entry];
        bool fits = scale is >= CoarsestScale and <= ExponentialScale.Finest && size <= maxSize &&
            place.Bucket + size <= (uint)columns.IndexSteps.Count && place.Bucket + size <= (uint)columns.BucketCounts.Count;
        if (!fits || !Rises(columns, place.Bucket, (int)size, LargestIndex(scale), maxSize, out int low, out int high))
        {
            return false;
        }

        if (target is not null)
        {
            target.AddZeros(columns.ZeroCounts[entry]);
            target.NoteRange(columns.MinNanos[entry], columns.MaxNanos[entry]);
            if (size > 0)
            {
                target.Claim(scale, low, high);
                AddBuckets(columns, place.Bucket, (int)size, scale, target);
            }
        }

        place = new ExponentialPlace(entry + 1, place.Bucket + (int)size);
        return true;
    }

    /// <summary>Whether a place is the end of the columns.</summary>
    public static bool IsEnd(ExponentialColumns? columns, ExponentialPlace place) => columns is null
        ? place == default
        : place.Entry == columns.Scales.Count && place.Entry == columns.ZeroCounts.Count && place.Entry == columns.MinNanos.Count &&
            place.Entry == columns.MaxNanos.Count && place.Entry == columns.Sizes.Count &&
            place.Bucket == columns.IndexSteps.Count && place.Bucket == columns.BucketCounts.Count;

    private static void AddBuckets(ExponentialColumns columns, int bucket, int size, int scale, ExponentialBuckets target)
    {
        int index = 0;
        for (int at = bucket; at < bucket + size; at++)
        {
            index += columns.IndexSteps[at];
            target.AddToClaimed(scale, index, columns.BucketCounts[at]);
        }
    }

    // Indexes rise, span no more than allowed, and every bucket has a count.
    private static bool Rises(
        ExponentialColumns columns, int bucket, int size, long largest, int maxSize, out int low, out int high)
    {
        low = size == 0 ? 0 : columns.IndexSteps[bucket];
        long index = 0;
        for (int at = bucket; at < bucket + size; at++)
        {
            index += columns.IndexSteps[at];
            bool isFirst = at == bucket;
            if (columns.BucketCounts[at] == 0 || (!isFirst && columns.IndexSteps[at] <= 0) || index - low >= maxSize || Math.Abs(index) > largest)
            {
                high = 0;
                return false;
            }
        }

        high = (int)index;
        return true;
    }

    private static long LargestIndex(int scale) => scale >= 0 ? LargestExponent << scale : LargestExponent;
}
