using OpenTelemetry.Proto.Metrics.V1;

namespace StreamSpanMetrics.Core.Prometheus;

/// <summary>
/// Gathers the points of one record by series: points with equal family, labels and bounds become one series with its points in
/// time order; of two points with one timestamp the later in the record stays. Series keep the order of their first point,
/// whatever the hash. Not for several threads.
/// </summary>
internal sealed class SeriesTable
{
    private SeriesSlot[] series = new SeriesSlot[256];
    private SeriesPoint[] points = new SeriesPoint[256];
    private int[] heads = new int[512];

    /// <summary>A table over the label sets in <paramref name="arena"/>.</summary>
    public SeriesTable(ByteBuffer arena)
    {
        Arena = arena;
        Array.Fill(heads, -1);
    }

    /// <summary>Where the labels are.</summary>
    public ByteBuffer Arena { get; }

    /// <summary>Number of series.</summary>
    public int SeriesCount { get; private set; }

    /// <summary>Number of points stored, replaced ones included.</summary>
    public int PointCount { get; private set; }

    /// <summary>Forgets everything, the arena's content included, and keeps the memory but no point.</summary>
    public void Clear()
    {
        Array.Clear(points, 0, PointCount);
        Array.Clear(series, 0, SeriesCount);
        Array.Fill(heads, -1);
        SeriesCount = 0;
        PointCount = 0;
        Arena.Truncate();
    }

    /// <summary>A series by its place in the order of first points.</summary>
    public ref readonly SeriesSlot At(int index) => ref series[index];

    /// <summary>A point by its index.</summary>
    public ref readonly SeriesPoint Point(int index) => ref points[index];

    /// <summary>
    /// Adds a point. The labels must be the newest of the arena; they are taken back if the series has them already.
    /// </summary>
    /// <returns>False if the series was known and <paramref name="onlyNew"/> forbids another point of it.</returns>
    public bool Add(FamilyNames family, LabelSet labels, SeriesPoint point, bool onlyNew = false)
    {
        int hash = Hash(family, labels);
        int found = Find(family, labels, hash, point.Histogram);
        if (found < 0)
        {
            Insert(family, labels, hash, StorePoint(point with { Next = -1 }));
            return true;
        }

        Arena.Truncate(labels.Start);
        if (!onlyNew)
        {
            AddInTime(ref series[found], point);
        }

        return !onlyNew;
    }

    private int Find(FamilyNames family, LabelSet labels, int hash, HistogramDataPoint? histogram)
    {
        ReadOnlySpan<byte> wanted = Arena.Written[labels.Start..labels.End];
        for (int at = heads[hash & (heads.Length - 1)]; at >= 0; at = series[at].NextInBucket)
        {
            ref readonly SeriesSlot candidate = ref series[at];
            if (candidate.Hash == hash && ReferenceEquals(candidate.Family, family)
                && Arena.Written[candidate.Labels.Start..candidate.Labels.End].SequenceEqual(wanted)
                && HaveEqualBounds(points[candidate.FirstPoint].Histogram, histogram))
            {
                return at;
            }
        }

        return -1;
    }

    private void Insert(FamilyNames family, LabelSet labels, int hash, int point)
    {
        if (SeriesCount == series.Length)
        {
            Grow();
        }

        int bucket = hash & (heads.Length - 1);
        series[SeriesCount] = new SeriesSlot(family, labels, hash, point, 1, heads[bucket]);
        heads[bucket] = SeriesCount++;
    }

    private void AddInTime(ref SeriesSlot target, SeriesPoint point)
    {
        int before = -1;
        int at = target.FirstPoint;
        while (at >= 0 && points[at].TimestampMillis < point.TimestampMillis)
        {
            before = at;
            at = points[at].Next;
        }

        if (at >= 0 && points[at].TimestampMillis == point.TimestampMillis)
        {
            points[at] = point with { Next = points[at].Next };
            return;
        }

        int stored = StorePoint(point with { Next = at });
        if (before < 0)
        {
            target = target with { FirstPoint = stored, PointCount = target.PointCount + 1 };
            return;
        }

        points[before].Next = stored;
        target = target with { PointCount = target.PointCount + 1 };
    }

    private int StorePoint(SeriesPoint point)
    {
        if (PointCount == points.Length)
        {
            Array.Resize(ref points, PointCount * 2);
        }

        points[PointCount] = point;
        return PointCount++;
    }

    private void Grow()
    {
        Array.Resize(ref series, SeriesCount * 2);
        heads = new int[series.Length * 2];
        Array.Fill(heads, -1);
        for (int at = 0; at < SeriesCount; at++)
        {
            int bucket = series[at].Hash & (heads.Length - 1);
            series[at] = series[at] with { NextInBucket = heads[bucket] };
            heads[bucket] = at;
        }
    }

    // HashCode is seeded per process: hostile labels cannot aim at one bucket, and nothing that leaves here depends on it.
    private int Hash(FamilyNames family, LabelSet labels)
    {
        HashCode hash = new();
        hash.Add(family);
        hash.AddBytes(Arena.Written[labels.Start..labels.End]);
        return hash.ToHashCode();
    }

    private static bool HaveEqualBounds(HistogramDataPoint? left, HistogramDataPoint? right) =>
        ReferenceEquals(left, right) || (left is not null && right is not null && left.ExplicitBounds.Equals(right.ExplicitBounds));
}
