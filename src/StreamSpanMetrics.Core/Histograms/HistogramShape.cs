namespace StreamSpanMetrics.Core.Histograms;

/// <summary>How the durations of a series are kept.</summary>
/// <param name="BucketCount">Buckets of an explicit histogram; 0 without.</param>
/// <param name="ExponentialMaxSize">Most buckets of an exponential histogram; 0 without.</param>
public readonly record struct HistogramShape(int BucketCount, int ExponentialMaxSize)
{
    /// <summary>Whether there is an explicit histogram.</summary>
    public bool IsExplicit => BucketCount > 0;

    /// <summary>Whether there is an exponential histogram; also beside an explicit one.</summary>
    public bool IsExponential => ExponentialMaxSize > 0;
}
