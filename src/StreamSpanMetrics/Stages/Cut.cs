namespace StreamSpanMetrics.Stages;

/// <summary>All that one transaction of the aggregate stage carries, frozen: it may be sent again as it is (A4).</summary>
/// <param name="Partitions">What each source partition contributes.</param>
internal sealed record Cut(IReadOnlyList<CutPartition> Partitions)
{
    /// <summary>The same cut without partitions that are no longer owned.</summary>
    public Cut Keep(Func<int, bool> owned) => new([.. Partitions.Where(partition => owned(partition.Number))]);
}
