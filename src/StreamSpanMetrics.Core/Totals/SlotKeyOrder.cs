namespace StreamSpanMetrics.Core.Totals;

/// <summary>Orders slots of a store by their key bytes: family first, for it is the first byte of a key.</summary>
internal readonly struct SlotKeyOrder : IComparer<int>
{
    private readonly SeriesStore store;

    public SlotKeyOrder(SeriesStore store) => this.store = store;

    /// <inheritdoc/>
    public int Compare(int x, int y) => store.Key(x).SequenceCompareTo(store.Key(y));
}
