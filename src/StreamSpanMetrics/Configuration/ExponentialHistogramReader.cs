namespace StreamSpanMetrics.Configuration;

/// <summary><c>connectors.span_metrics.histogram.exponential</c>.</summary>
internal static class ExponentialHistogramReader
{
    // The connector's library sets sizes beyond these right without a word (lightstep/go-expohisto, structure/config.go).
    private const int DefaultMaxSize = 160;
    private const int SmallestMaxSize = 2;
    private const int LargestMaxSize = 16384;

    /// <summary>The most buckets; 0 if histograms are not exponential.</summary>
    public static int Read(MappingReader histogram)
    {
        // As in the connector, 'exponential:' without a value is not set.
        if (histogram.Find("exponential") is null)
        {
            return 0;
        }

        MappingReader section = histogram.Section("exponential");
        int written = section.Integer("max_size", 0, int.MinValue, int.MaxValue);
        section.Finish();
        int size = written <= 0 ? DefaultMaxSize : Math.Clamp(written, SmallestMaxSize, LargestMaxSize);
        if (written != 0 && written != size)
        {
            section.Warning("max_size", FormattableString.Invariant($"is taken for {size}, as in the connector"), "write 2 to 16384");
        }

        return size;
    }
}
