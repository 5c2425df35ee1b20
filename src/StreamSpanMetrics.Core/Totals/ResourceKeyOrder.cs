namespace StreamSpanMetrics.Core.Totals;

/// <summary>Orders resources by their key bytes.</summary>
internal sealed class ResourceKeyOrder : IComparer<ResourceTotals>
{
    public static readonly ResourceKeyOrder Instance = new();

    public int Compare(ResourceTotals? x, ResourceTotals? y) => x!.Key.AsSpan().SequenceCompareTo(y!.Key);
}
