namespace StreamSpanMetrics.Core.Prometheus;

/// <summary>
/// One remote write request before compression, with its series' borders so that it can be cut again (E2): as 1.0 in <see cref="Body"/>, as
/// 2.0 by <see cref="RemoteWrite2Encoder"/>. A view: it is valid until the <see cref="RemoteWriteBatcher"/> that made it is cleared.
/// </summary>
public sealed class WriteRequestBatch
{
    private readonly SeriesBuffer series;
    private readonly int firstSeries;
    private readonly ReadOnlyMemory<byte> metadata;

    /// <summary>A request of a run of series.</summary>
    public WriteRequestBatch(SeriesBuffer series, int firstSeries, int seriesCount)
    {
        this.series = series;
        this.firstSeries = firstSeries;
        SeriesCount = seriesCount;
    }

    /// <summary>A request of metadata alone.</summary>
    internal WriteRequestBatch(ReadOnlyMemory<byte> metadata)
        : this(new SeriesBuffer(), 0, 0)
    {
        this.metadata = metadata;
    }

    /// <summary>Where the series are.</summary>
    internal SeriesBuffer Series => series;

    /// <summary>The first series of the request.</summary>
    internal int FirstSeries => firstSeries;

    /// <summary>Number of series; 0 for a request of metadata alone, which only 1.0 knows.</summary>
    public int SeriesCount { get; }

    /// <summary>Number of samples.</summary>
    public int SampleCount => series.SampleCountOf(firstSeries, SeriesCount);

    /// <summary>The encoded <c>WriteRequest</c> of remote write 1.0.</summary>
    public ReadOnlyMemory<byte> Body => SeriesCount == 0 ? metadata : series.BytesOf(firstSeries, SeriesCount);

    /// <summary>A request of <paramref name="count"/> of these series from the <paramref name="first"/> on.</summary>
    public WriteRequestBatch Slice(int first, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first + count, SeriesCount);
        return new WriteRequestBatch(series, firstSeries + first, count);
    }
}
