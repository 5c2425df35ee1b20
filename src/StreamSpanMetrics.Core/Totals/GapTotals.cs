using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Spans;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>
/// What series had before the closing step, where the step before it had no point of them: their gap points (P-1). Without those a reader
/// would see a rise begin at the last heartbeat.
/// </summary>
internal sealed class GapTotals(SeriesStore totals, SeriesStore before)
{
    /// <summary>Keeps what a series has now, before anything is added.</summary>
    public void Keep(int slot)
    {
        int at = before.Add(totals.Hash(slot), totals.Resource(slot), totals.Key(slot), totals.Kinds(slot));
        before.SpanCount(at) = totals.SpanCount(slot);
        before.SumNanos(at) = totals.SumNanos(slot);
        totals.Buckets(slot).CopyTo(before.Buckets(at));
        if (totals.IsExponential && SeriesLayout.HasHistogram(SeriesKeyCodec.Family(totals.Key(slot))))
        {
            before.Exponential(at).Add(totals.Exponential(slot));
        }
    }

    /// <summary>Finds what was kept of a series; false if nothing was.</summary>
    /// <param name="slot">Slot of the series in the totals.</param>
    /// <param name="store">Where it is.</param>
    /// <param name="at">Its slot there.</param>
    public bool TryFind(int slot, out SeriesStore store, out int at)
    {
        store = before;
        at = 0;
        return before.Count > 0 && before.TryFind(totals.Hash(slot), totals.Resource(slot), totals.Key(slot), out at);
    }

    /// <summary>Forgets all.</summary>
    public void Clear() => before.Clear();
}
