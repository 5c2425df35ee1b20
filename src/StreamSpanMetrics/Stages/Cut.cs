using StreamSpanMetrics.Core.Deltas;

namespace StreamSpanMetrics.Stages;

/// <summary>All that one transaction of the aggregate stage carries, frozen: it may be sent again as it is (A4).</summary>
/// <param name="Tables">What the series and resources of its entries are.</param>
/// <param name="Partitions">What each source partition contributes.</param>
internal sealed record Cut(FrozenTables Tables, IReadOnlyList<CutPartition> Partitions)
{
    /// <summary>The same cut without partitions that are no longer owned.</summary>
    public Cut Keep(Func<int, bool> owned) => this with { Partitions = [.. Partitions.Where(partition => owned(partition.Number))] };
}
