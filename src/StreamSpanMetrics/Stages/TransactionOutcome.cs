namespace StreamSpanMetrics.Stages;

/// <summary>How a transaction ended (A4).</summary>
public enum TransactionOutcome
{
    /// <summary>Everything is written, for good.</summary>
    Committed,

    /// <summary>Nothing is written; the same may be tried again, without partitions that are no longer owned.</summary>
    Aborted,

    /// <summary>No one knows. The producer has been replaced and the transaction is settled: ask for committed offsets.</summary>
    Unknown,

    /// <summary>Another process uses our transactional id: this one must end.</summary>
    Fenced,
}
