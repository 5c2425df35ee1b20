namespace StreamSpanMetrics.Core.Totals;

/// <summary>The answer to a delta block, with what a message about it has to say (M2).</summary>
/// <param name="Outcome">What became of the block.</param>
/// <param name="Partition">Source partition of the block.</param>
/// <param name="ExpectedOffset">Offset that the shard expected; -1 for an unknown partition.</param>
/// <param name="ExpectedPart">Part that the shard expected.</param>
/// <param name="FromOffset">First source offset of the block.</param>
/// <param name="ToOffset">First source offset behind the block.</param>
/// <param name="Part">Part of the block.</param>
public readonly record struct ApplyResult(
    ApplyOutcome Outcome, uint Partition, long ExpectedOffset, uint ExpectedPart, long FromOffset, long ToOffset, uint Part)
{
    /// <summary>Source offsets that a repair gave up right before the block.</summary>
    public long GivenUpOffsets { get; init; }

    /// <summary>The answer to a record of the deltas topic that is no batch.</summary>
    public static ApplyResult NoBatch => new(ApplyOutcome.NoBatch, 0, 0, 0, 0, 0, 0);

    /// <summary>Whether the shard has to stop for repair.</summary>
    public bool IsRefusal => Outcome >= ApplyOutcome.Gap;
}
