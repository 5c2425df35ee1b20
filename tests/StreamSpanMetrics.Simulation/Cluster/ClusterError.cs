namespace StreamSpanMetrics.Simulation.Cluster;

/// <summary>What a broker answers.</summary>
internal enum ClusterError
{
    None,

    /// <summary>The epoch of the producer is over.</summary>
    ProducerFenced,

    /// <summary>Markers of the producer's last transaction are still being written: ask again.</summary>
    ConcurrentTransactions,

    UnknownMember,
    IllegalGeneration,

    /// <summary>The group moves partitions: join again.</summary>
    RebalanceInProgress,
}
