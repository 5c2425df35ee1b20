namespace StreamSpanMetrics.Core.Totals;

/// <summary>Why a shard's state cannot be restored: each needs another repair. Which record it is about stands beside it.</summary>
public enum RestoreFailure
{
    /// <summary>It can.</summary>
    None,

    /// <summary>The record is not there.</summary>
    Missing,

    /// <summary>The record does not decode, its checksum is wrong, or it contradicts itself.</summary>
    Damaged,

    /// <summary>The record is sound, but an older one than progress names.</summary>
    Stale,

    /// <summary>The record is sound, but it belongs to another shard or to another place of its set.</summary>
    Misplaced,

    /// <summary>The record was written under other rules (S2).</summary>
    ForeignFingerprint,

    /// <summary>The record was written by a newer release (S6).</summary>
    NewerFormat,

    /// <summary>A delta block of the replay was refused: see the result of that block.</summary>
    RefusedBlock,

    /// <summary>The replay did not end where the progress record says: deltas are missing or were not all given.</summary>
    IncompleteReplay,
}
