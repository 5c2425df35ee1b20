namespace StreamSpanMetrics.Simulation.Cluster;

/// <summary>A transaction, as its coordinator and the partitions it touches know it.</summary>
internal sealed class SimTransaction
{
    /// <summary>A transaction that was just begun.</summary>
    public SimTransaction(string id, int epoch, long deadlineTicks)
    {
        Id = id;
        Epoch = epoch;
        DeadlineTicks = deadlineTicks;
    }

    /// <summary>Transactional id.</summary>
    public string Id { get; }

    /// <summary>Epoch of the producer that began it.</summary>
    public int Epoch { get; }

    /// <summary>When the coordinator aborts it, in ticks.</summary>
    public long DeadlineTicks { get; }

    /// <summary>How far it is.</summary>
    public TransactionStatus Status { get; set; } = TransactionStatus.Ongoing;

    /// <summary>Whether it was decided to commit it.</summary>
    public bool IsCommitted { get; set; }

    /// <summary>Partitions with records of it.</summary>
    public List<SimPartition> Partitions { get; } = [];

    /// <summary>Offsets that it moves, by group.</summary>
    public Dictionary<SimGroup, SortedDictionary<int, long>> Offsets { get; } = [];

    /// <summary>Partitions whose marker is not yet written.</summary>
    public List<SimPartition> UnmarkedPartitions { get; } = [];

    /// <summary>Groups whose marker is not yet written.</summary>
    public List<SimGroup> UnmarkedGroups { get; } = [];

    /// <summary>All records that it wrote, in order of arrival.</summary>
    public List<(SimPartition Partition, LogEntry Entry)> Records { get; } = [];
}
