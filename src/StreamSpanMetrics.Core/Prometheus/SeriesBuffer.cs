namespace StreamSpanMetrics.Core.Prometheus;

/// <summary>
/// Series in the form in which they travel: each is one <c>timeseries</c> field of a remote write 1.0 <c>WriteRequest</c>, tag and
/// length included, so that any run of them is a request; with what <see cref="RemoteWrite2Encoder"/> needs besides to make 2.0 of them.
/// Reused from record to record; not for several threads.
/// </summary>
public sealed class SeriesBuffer
{
    private readonly ByteBuffer bytes = new();
    private readonly List<MetricFamily> families = [];
    private readonly HashSet<MetricFamily> knownFamilies = [];
    private int[] ends = new int[256];
    private int[] samplesBefore = new int[257];
    private MetricFamily[] familyOf = new MetricFamily[256];
    private long[] starts = new long[256];

    /// <summary>Number of series.</summary>
    public int SeriesCount { get; private set; }

    /// <summary>Number of samples in all series.</summary>
    public int SampleCount => samplesBefore[SeriesCount];

    /// <summary>Number of bytes of all series.</summary>
    public int Length => bytes.Length;

    /// <summary>Points that have no form in remote write 1.0 as sent here: delta sums, native histograms, unnamable metrics.</summary>
    public int UntranslatedPoints { get; private set; }

    /// <summary>The metric families of the series, in the order of their first series, without <c>target_info</c>.</summary>
    public IReadOnlyList<MetricFamily> Families => families;

    /// <summary>Forgets all series and keeps the memory.</summary>
    public void Clear()
    {
        bytes.Truncate();
        families.Clear();
        knownFamilies.Clear();
        SeriesCount = 0;
        UntranslatedPoints = 0;
    }

    /// <summary>Appends copies of all series of <paramref name="other"/>.</summary>
    public void Append(SeriesBuffer other)
    {
        int offset = bytes.Length;
        bytes.Append(other.bytes.Written);
        for (int at = 0; at < other.SeriesCount; at++)
        {
            EndSeries(offset + other.ends[at], other.familyOf[at], other.StartsOf(at));
        }

        UntranslatedPoints += other.UntranslatedPoints;
        foreach (MetricFamily family in other.families)
        {
            AddFamily(family);
        }
    }

    /// <summary>Number of samples of a run of series.</summary>
    public int SampleCountOf(int firstSeries, int count) => samplesBefore[firstSeries + count] - samplesBefore[firstSeries];

    /// <summary>Number of bytes of a run of series.</summary>
    public int LengthOf(int firstSeries, int count) => StartOf(firstSeries + count) - StartOf(firstSeries);

    /// <summary>The bytes of a run of series: a complete <c>WriteRequest</c>. Valid until this buffer changes.</summary>
    public ReadOnlyMemory<byte> BytesOf(int firstSeries, int count) =>
        bytes.WrittenMemory.Slice(StartOf(firstSeries), LengthOf(firstSeries, count));

    /// <summary>
    /// Start timestamps of a series' samples, in milliseconds since 1970, 0 for unknown. Remote write 1.0 has no place for them, so they
    /// stand beside the bytes.
    /// </summary>
    internal ReadOnlySpan<long> StartsOf(int series) => starts.AsSpan(samplesBefore[series], SampleCountOf(series, 1));

    /// <summary>The family of a series.</summary>
    internal MetricFamily FamilyOf(int series) => familyOf[series];

    /// <summary>Claims the bytes of a new series, to be filled before the next call.</summary>
    /// <param name="length">Number of bytes.</param>
    /// <param name="family">Its family.</param>
    /// <param name="startMillis">The start timestamp of each of its samples, 0 for unknown.</param>
    internal Span<byte> ClaimSeries(int length, MetricFamily family, ReadOnlySpan<long> startMillis)
    {
        Span<byte> claimed = bytes.Claim(length);
        EndSeries(bytes.Length, family, startMillis);
        return claimed;
    }

    /// <summary>Notes a family that the series belong to.</summary>
    internal void AddFamily(MetricFamily family)
    {
        if (knownFamilies.Add(family))
        {
            families.Add(family);
        }
    }

    /// <summary>Counts points that could not be translated.</summary>
    internal void CountUntranslated(int points) => UntranslatedPoints += points;

    private int StartOf(int series) => series == 0 ? 0 : ends[series - 1];

    private void EndSeries(int end, MetricFamily family, ReadOnlySpan<long> startMillis)
    {
        if (SeriesCount == ends.Length)
        {
            Array.Resize(ref ends, SeriesCount * 2);
            Array.Resize(ref familyOf, SeriesCount * 2);
            Array.Resize(ref samplesBefore, (SeriesCount * 2) + 1);
        }

        int samples = SampleCount;
        if (starts.Length - samples < startMillis.Length)
        {
            Array.Resize(ref starts, Math.Max(samples + startMillis.Length, starts.Length * 2));
        }

        startMillis.CopyTo(starts.AsSpan(samples));
        familyOf[SeriesCount] = family;
        ends[SeriesCount++] = end;
        samplesBefore[SeriesCount] = samples + startMillis.Length;
    }
}
