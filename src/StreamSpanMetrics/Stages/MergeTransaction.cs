namespace StreamSpanMetrics.Stages;

/// <summary>
/// A transaction of one shard (M5): point records, a piece of the state and progress. It is written as it is or not at all: an aborted
/// one goes again with the same content.
/// </summary>
/// <param name="Shard">The shard as it was owned when this was made: after a restore there is another object for the same number.</param>
/// <param name="Records">All records.</param>
/// <param name="Points">How many of them are point records.</param>
/// <param name="Bytes">Bytes of the point records.</param>
/// <param name="DeltasOffset">Offset of the deltas partition that moves with it.</param>
internal sealed record MergeTransaction(
    MergeShard Shard, IReadOnlyList<OutgoingRecord> Records, int Points, long Bytes, long DeltasOffset);
