namespace StreamSpanMetrics.Commands.Views;

/// <summary>How far a shard is, and what its oldest open step waits for.</summary>
internal sealed record ShardLag
{
    /// <summary>Number of the shard.</summary>
    public required int Shard { get; init; }

    /// <summary>Last step whose points are written; null before the first.</summary>
    public required long? ClosedStep { get; init; }

    /// <summary>End of that step.</summary>
    public required DateTimeOffset? ClosedUntil { get; init; }

    /// <summary>Oldest watermark of a source partition; null while one has none.</summary>
    public required DateTimeOffset? Watermark { get; init; }

    /// <summary>Age of that watermark.</summary>
    public required double? SecondsBehind { get; init; }

    /// <summary>The source partition with the oldest watermark.</summary>
    public required int HeldByPartition { get; init; }

    /// <summary>Why it is the oldest; <c>on_time</c> if nothing is wrong.</summary>
    public required Core.Totals.HoldReason Reason { get; init; }

    /// <summary>The reason in words.</summary>
    public required string Explanation { get; init; }
}
