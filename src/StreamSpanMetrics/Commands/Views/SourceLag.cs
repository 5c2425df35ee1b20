namespace StreamSpanMetrics.Commands.Views;

/// <summary>A source partition as the shards know it.</summary>
internal sealed record SourceLag
{
    /// <summary>Number of the partition.</summary>
    public required int Partition { get; init; }

    /// <summary>Its watermark in the shard that is furthest back; null before its first block.</summary>
    public required DateTimeOffset? Watermark { get; init; }

    /// <summary>Age of the watermark.</summary>
    public required double? WatermarkAgeSeconds { get; init; }

    /// <summary>First source offset that the shard furthest back does not have; null where no shard knows the partition.</summary>
    public required long? MergedOffset { get; init; }
}
