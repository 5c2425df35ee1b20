namespace StreamSpanMetrics.Benchmarks.Measures;

/// <summary>What a sizing run summed up.</summary>
internal sealed class SizingFigures
{
    private const double GigaByte = 1e9;
    private const int DaySeconds = 24 * 60 * 60;

    /// <summary>Seconds of traffic behind the sums below.</summary>
    public int Seconds { get; set; }

    /// <summary>Spans counted.</summary>
    public long Spans { get; set; }

    /// <summary>Bytes of the span records, not compressed.</summary>
    public long SourceBytes { get; set; }

    /// <summary>Bytes of the delta batches.</summary>
    public long DeltaBytes { get; set; }

    /// <summary>The same, compressed.</summary>
    public long DeltaCompressedBytes { get; set; }

    /// <summary>Bytes of point records.</summary>
    public long PointBytes { get; set; }

    /// <summary>The same, compressed.</summary>
    public long PointCompressedBytes { get; set; }

    /// <summary>Bytes of snapshot chunks.</summary>
    public long StateBytes { get; set; }

    /// <summary>The same, compressed.</summary>
    public long StateCompressedBytes { get; set; }

    /// <summary>Bytes of remote-write requests, compressed as they are sent.</summary>
    public long RemoteWriteBytes { get; set; }

    /// <summary>Samples sent.</summary>
    public long Samples { get; set; }

    /// <summary>Series of merge: one for each label set of each resource.</summary>
    public long Series { get; set; }

    /// <summary>Series in Prometheus: what one step sends.</summary>
    public long PrometheusSeries { get; set; }

    /// <summary>Bytes that merge holds for all series.</summary>
    public long MergeBytes { get; set; }

    /// <summary>Gigabytes of a day at this rate.</summary>
    public double PerDay(long bytes) => (double)bytes / Seconds * DaySeconds / GigaByte;
}
