namespace StreamSpanMetrics.Stages;

/// <summary>Changes of ownership. Called on the polling thread, inside a poll or a close.</summary>
public interface IPartitionEvents
{
    /// <summary>
    /// Partitions are ours now; the answer says where to read on. A partition that is missing in it cannot be read yet: it is assigned
    /// paused, no record of it is handed over, and the loop says later where to begin, by <see cref="IStageConsumer.Seek"/> and
    /// <see cref="IStageConsumer.Resume"/>.
    /// </summary>
    IReadOnlyDictionary<int, long> Assigned(IReadOnlyList<int> partitions);

    /// <summary>Partitions will be another's when this returns: commit them now or never.</summary>
    void Revoked(IReadOnlyList<int> partitions);

    /// <summary>Partitions are another's already: drop what is not committed.</summary>
    void Lost(IReadOnlyList<int> partitions);
}
