namespace StreamSpanMetrics.Commands.Views;

/// <summary>A shard as its last merge transaction left it.</summary>
internal record ShardSummary
{
    /// <summary>Number of the shard.</summary>
    public required int Shard { get; init; }

    /// <summary>Why the shard cannot be restored; null if it can. Most of the rest is null then.</summary>
    public string? Problem { get; init; }

    /// <summary>Last step whose points are written; null before the first.</summary>
    public long? ClosedStep { get; init; }

    /// <summary>End of that step.</summary>
    public DateTimeOffset? ClosedUntil { get; init; }

    /// <summary>Series alive.</summary>
    public int? ActiveSeries { get; init; }

    /// <summary>Services with a series.</summary>
    public int? Services { get; init; }

    /// <summary>First offset of the deltas topic that is not merged.</summary>
    public long? DeltasOffset { get; init; }

    /// <summary>Time of the first delta that a restore applies again to the newest complete snapshot; null if there is none.</summary>
    public DateTimeOffset? SnapshotTime { get; init; }

    /// <summary>Age of the snapshot: from that time to now.</summary>
    public double? SnapshotAgeSeconds { get; init; }

    /// <summary>Offsets of the deltas topic that a restore applies again.</summary>
    public long? ReplayOffsets { get; init; }

    /// <summary>First offset of the shard's partition of the state topic.</summary>
    public required long StateStartOffset { get; init; }

    /// <summary>End of that partition; between the two are its records, transaction markers, and gaps that compaction left.</summary>
    public required long StateEndOffset { get; init; }

    /// <summary>The shard without the details that a derived record may have.</summary>
    public ShardSummary Summary() => new(this);
}
