namespace StreamSpanMetrics.Core.Totals;

/// <summary>Why a shard's state cannot be restored: each needs another repair.</summary>
public enum RestoreFailure
{
    /// <summary>It can.</summary>
    None,

    /// <summary>There is no control record: the application was never started, or its state topic was lost (S1).</summary>
    MissingControl,

    /// <summary>The control or the progress record does not decode or contradicts itself.</summary>
    DamagedRecord,

    /// <summary>A chunk of the complete set is not there.</summary>
    MissingChunk,

    /// <summary>A chunk does not decode, its checksum is wrong, or it contradicts itself.</summary>
    DamagedChunk,

    /// <summary>A record was written under other rules (S2).</summary>
    ForeignFingerprint,

    /// <summary>A record was written by a newer release (S6).</summary>
    NewerFormat,

    /// <summary>A delta block of the replay was refused: see the result of that block.</summary>
    RefusedBlock,

    /// <summary>The replay did not end where the progress record says: deltas are missing or were not all given.</summary>
    IncompleteReplay,
}
