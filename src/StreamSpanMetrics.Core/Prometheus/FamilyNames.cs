namespace StreamSpanMetrics.Core.Prometheus;

/// <summary>A family with the encoded <c>__name__</c> labels of its series. A stranger to metadata if it is <c>target_info</c>.</summary>
internal sealed class FamilyNames(MetricFamily family)
{
    private const string Name = "__name__";

    /// <summary>What bounds, sums and exemplars of a histogram are divided by, where a profile has another unit than the metric.</summary>
    public double Divisor { get; init; } = 1;

    /// <summary>The family.</summary>
    public MetricFamily Family { get; } = family;

    /// <summary><c>__name__</c> of the family itself.</summary>
    public byte[] Plain { get; } = FixedLabels.Encode(Name, family.Name);

    /// <summary><c>__name__</c> of a histogram's buckets.</summary>
    public byte[] Bucket { get; } = FixedLabels.Encode(Name, family.Name + "_bucket");

    /// <summary><c>__name__</c> of a histogram's sum.</summary>
    public byte[] Sum { get; } = FixedLabels.Encode(Name, family.Name + "_sum");

    /// <summary><c>__name__</c> of a histogram's count.</summary>
    public byte[] Count { get; } = FixedLabels.Encode(Name, family.Name + "_count");
}
