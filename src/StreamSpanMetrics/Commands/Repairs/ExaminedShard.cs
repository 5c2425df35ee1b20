using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Commands.Repairs;

/// <summary>A shard that was restored as merge does, and then led on through all deltas that merge has not applied yet.</summary>
internal sealed record ExaminedShard
{
    /// <summary>Number of the shard.</summary>
    public required int Number { get; init; }

    /// <summary>Its rules.</summary>
    public required ShardRules Rules { get; init; }

    /// <summary>Its records.</summary>
    public required StateContents Contents { get; init; }

    /// <summary>The state at the end of the deltas, or where a block was refused; null if it cannot be restored.</summary>
    public ShardState? State { get; init; }

    /// <summary>What is wrong; empty if the shard came to the end of the deltas.</summary>
    public IReadOnlyList<Finding> Findings { get; init; } = [];

    /// <summary>First offset of the deltas topic that merge has not applied; null if that is not known.</summary>
    public long? DeltasOffset { get; init; }

    /// <summary>Chunks of the complete set.</summary>
    public int Chunks { get; init; }

    /// <summary>By source partition, the end of the newest block in the deltas that merge has not applied.</summary>
    public IReadOnlyDictionary<uint, long> NewestBlocks { get; init; } = new Dictionary<uint, long>();

    /// <summary>Where the deltas lead in a source partition; null if that is not known.</summary>
    public long? LeadsTo(int partition)
    {
        long merged = -1;
        if (State is ShardState state && partition < state.Sources.Length)
        {
            SourceState source = state.Sources[partition];
            if (NewTopic(state.Repairs, partition, source) is SourceRepair repair)
            {
                return repair.ToOffset;
            }

            merged = source.ExpectedOffset;
        }

        long reached = Math.Max(merged, NewestBlocks.GetValueOrDefault((uint)partition, -1));
        return reached < 0 ? null : reached;
    }

    // A repair that waits for the first block of a topic made anew: the offsets of the old one say nothing any more.
    private static SourceRepair? NewTopic(RepairBook repairs, int partition, SourceState source) => repairs.Sources.FirstOrDefault(
        repair => repair.Partition == partition && repair.FromOffset == source.ExpectedOffset && repair.FromPart == source.ExpectedPart
            && repair.TopicId != source.TopicId);
}
