namespace StreamSpanMetrics.Stages;

/// <summary>Pauses partitions for one reason or several, and reads them again when none is left. Polling thread only.</summary>
internal sealed class PartitionGate
{
    private readonly IStageConsumer consumer;

    public PartitionGate(IStageConsumer consumer) => this.consumer = consumer;

    /// <summary>Adds a reason not to read the partition.</summary>
    public void Close(SourcePartition partition, PauseReasons reason)
    {
        if (partition.Pauses == PauseReasons.None)
        {
            consumer.Pause(partition.Number);
        }

        partition.Pauses |= reason;
    }

    /// <summary>Takes all reasons away: before a seek, which counts for a partition that is being read only.</summary>
    public void Reset(SourcePartition partition) => Open(partition, partition.Pauses);

    /// <summary>Takes a reason away.</summary>
    public void Open(SourcePartition partition, PauseReasons reason)
    {
        PauseReasons left = partition.Pauses & ~reason;
        if (partition.Pauses != PauseReasons.None && left == PauseReasons.None)
        {
            consumer.Resume(partition.Number);
        }

        partition.Pauses = left;
    }
}
