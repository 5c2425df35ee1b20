namespace StreamSpanMetrics.Demo;

/// <summary>
/// The newest cumulative points of one series: as many as a window needs, and the final values of its earlier lives. A point is a vector:
/// the count alone, or the counts of all buckets. One thread.
/// </summary>
public sealed class PointHistory
{
    private readonly List<(long TimeNanos, long[] Counts)> points = [];
    private long[] endedCounts = [];
    private long startNanos = long.MinValue;

    /// <summary>Time of the newest point in Unix nanoseconds; <see cref="long.MinValue"/> before the first.</summary>
    public long NewestNanos { get; private set; } = long.MinValue;

    /// <summary>All that the series ever counted, over restarts.</summary>
    public long[] Total => points.Count == 0 ? endedCounts : Sum(endedCounts, points[^1].Counts);

    /// <summary>
    /// Adds a point. The same time again replaces it; points may arrive in any order within a life. Another start begins a new life from
    /// zero, and points of an earlier life are too late.
    /// </summary>
    /// <param name="pointStartNanos">The point's start time.</param>
    /// <param name="timeNanos">The point's time.</param>
    /// <param name="counts">Its values; kept, so the caller gives them away.</param>
    /// <param name="windowNanos">Points older than this before the newest are forgotten, except one.</param>
    public void Add(long pointStartNanos, long timeNanos, long[] counts, long windowNanos)
    {
        if (pointStartNanos < startNanos)
        {
            return;
        }

        if (pointStartNanos > startNanos)
        {
            BeginLife(pointStartNanos);
        }

        int place = points.FindLastIndex(point => point.TimeNanos <= timeNanos);
        if (place >= 0 && points[place].TimeNanos == timeNanos)
        {
            points[place] = (timeNanos, counts);
        }
        else
        {
            points.Insert(place + 1, (timeNanos, counts));
        }

        NewestNanos = Math.Max(NewestNanos, timeNanos);
        int needed = points.FindLastIndex(point => point.TimeNanos <= NewestNanos - windowNanos);
        if (needed > 0)
        {
            points.RemoveRange(0, needed);
        }
    }

    /// <summary>
    /// Ends the life that began at <paramref name="pointStartNanos"/>: its last values stay in the total, its points are too late from now
    /// on, and what comes next starts from zero.
    /// </summary>
    public void End(long pointStartNanos)
    {
        if (pointStartNanos >= startNanos)
        {
            BeginLife(pointStartNanos + 1);
        }
    }

    /// <summary>
    /// Growth of the current life in (<paramref name="fromNanos"/>, <paramref name="toNanos"/>]; empty where nothing is known.
    /// </summary>
    public long[] Increase(long fromNanos, long toNanos)
    {
        int last = points.FindLastIndex(point => point.TimeNanos <= toNanos);
        if (last < 0)
        {
            return [];
        }

        // Before the first known point the series may have had any value: it only counts from there. A birth begins with a zero point
        // (P-2).
        int first = Math.Max(0, points.FindLastIndex(point => point.TimeNanos <= fromNanos));
        long[] increase = [.. points[last].Counts];
        long[] before = points[first].Counts;
        for (int index = 0; index < Math.Min(increase.Length, before.Length); index++)
        {
            increase[index] = Math.Max(0, increase[index] - before[index]);
        }

        return increase;
    }

    /// <summary>Adds two vectors, the shorter one filled up with zeros.</summary>
    public static long[] Sum(long[] left, long[] right)
    {
        long[] sum = new long[Math.Max(left.Length, right.Length)];
        for (int index = 0; index < sum.Length; index++)
        {
            sum[index] = (index < left.Length ? left[index] : 0) + (index < right.Length ? right[index] : 0);
        }

        return sum;
    }

    private void BeginLife(long lifeStartNanos)
    {
        endedCounts = Total;
        points.Clear();
        startNanos = lifeStartNanos;
    }
}
