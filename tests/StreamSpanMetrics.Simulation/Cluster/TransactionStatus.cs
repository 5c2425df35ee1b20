namespace StreamSpanMetrics.Simulation.Cluster;

/// <summary>How far the coordinator is with a transaction.</summary>
internal enum TransactionStatus
{
    Ongoing,

    /// <summary>Decided; markers are being written.</summary>
    PrepareCommit,

    /// <summary>Decided; markers are being written.</summary>
    PrepareAbort,

    /// <summary>All markers are written.</summary>
    Complete,
}
