namespace StreamSpanMetrics.Core.Totals;

/// <summary>Why the oldest open step of a shard is still open.</summary>
public enum HoldReason
{
    /// <summary>It is not late: the watermarks are as new as they can be.</summary>
    OnTime,

    /// <summary>Records of the partition wait to be aggregated; its owner works through them.</summary>
    Lagging,

    /// <summary>Records of the partition wait, and nobody owns it.</summary>
    Unowned,

    /// <summary>The partition has nothing new, and nobody owns it who could say so.</summary>
    IdleUnowned,

    /// <summary>The partition and the shard have owners, but no block of the partition has come yet.</summary>
    NoWatermark,

    /// <summary>The partition is read to its end by an owner, yet its watermark does not move.</summary>
    StandingStill,

    /// <summary>Records of the partition come and are read, but with timestamps behind those of the others.</summary>
    ClockBehind,

    /// <summary>What was aggregated waits to be merged.</summary>
    MergeLagging,

    /// <summary>What was aggregated waits to be merged, and nobody owns the shard.</summary>
    ShardUnowned,
}
