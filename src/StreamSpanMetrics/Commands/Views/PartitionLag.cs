namespace StreamSpanMetrics.Commands.Views;

/// <summary>A partition and how far its group is.</summary>
internal sealed record PartitionLag
{
    /// <summary>Number of the partition.</summary>
    public required int Partition { get; init; }

    /// <summary>First offset that the log still has.</summary>
    public required long LogStartOffset { get; init; }

    /// <summary>First offset that the group has not committed; null if it never did.</summary>
    public required long? CommittedOffset { get; init; }

    /// <summary>First offset that cannot be read yet: the end, or the first record of an open transaction.</summary>
    public required long StableOffset { get; init; }

    /// <summary>End of the log.</summary>
    public required long EndOffset { get; init; }

    /// <summary>
    /// Offsets from the committed to the stable one; where transactions write, their markers count. 0 if no record is among them.
    /// </summary>
    public required long RecordsBehind { get; init; }

    /// <summary>Time of the newest readable record minus that of the first one not committed; 0 if there is none.</summary>
    public required double SecondsBehind { get; init; }

    /// <summary>The member that owns the partition; null if nobody does.</summary>
    public required PartitionOwner? Owner { get; init; }
}
