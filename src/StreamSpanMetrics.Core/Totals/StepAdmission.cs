using StreamSpanMetrics.Core.Otlp;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>
/// Admits the new keys of a resource in a closing step, in key order (M3): while the resource has less series of the key's family than the
/// limit of that step. The rest goes to the overflow series of the family, which comes on top.
/// </summary>
/// <remarks>
/// Only where every series is sent at every step: elsewhere the point of an overflow series would have to be kept before its first entry.
/// A series that expires with this step has made room already. A key that overflowed is not remembered: it is judged anew in every step, so
/// the outcome depends only on the series that live and on the keys of the step.
/// </remarks>
internal sealed class StepAdmission
{
    private const int NoSlot = -1;
    private const int NoFamily = -1;

    // To see a series is cheap.
    private const int SeenPerWork = 8;

    private readonly ShardTotals totals;
    private readonly int[] live;
    private readonly int[] overflow;
    private readonly byte[] noKinds;
    private readonly byte[] familyKey = new byte[1];
    private ResourceTotals? resource;
    private long step;
    private int limit;
    private int at;
    private int family;
    private int bornOfFamily;

    public StepAdmission(ShardTotals totals)
    {
        this.totals = totals;
        live = new int[totals.FamilyCount];
        overflow = new int[live.Length];
        int most = 0;
        for (int of = 0; of < live.Length; of++)
        {
            most = Math.Max(most, totals.DimensionCount(of));
        }

        noKinds = new byte[most];
    }

    /// <summary>Begins with a resource that has new keys; true if its series have to be counted first.</summary>
    public bool Begin(ResourceTotals of, long closingStep)
    {
        resource = of;
        step = closingStep;
        limit = totals.Limits.At(closingStep);
        at = 0;
        family = NoFamily;
        Array.Clear(live);
        Array.Fill(overflow, NoSlot);
        return limit > 0;
    }

    /// <summary>Goes on counting; true when all series of the resource have been seen.</summary>
    public bool Count(ref int work)
    {
        List<int> slots = resource!.SlotsInKeyOrder;
        int end = (int)Math.Min(slots.Count, at + ((long)Math.Max(work, 0) * SeenPerWork));
        work -= 1 + ((end - at) / SeenPerWork);
        for (; at < end; at++)
        {
            int slot = slots[at];
            int of = totals.Series.Key(slot)[0];
            if (totals.Series.IsOverflow(slot))
            {
                overflow[of] = slot;
            }
            else if (!totals.IsExpired(slot, step))
            {
                live[of]++;
            }
        }

        return at == slots.Count;
    }

    /// <summary>Admits the next new key in key order, or not; returns the slot that its entry is added to.</summary>
    public int Admit(SeriesStore from, int fromSlot)
    {
        ReadOnlySpan<byte> key = from.Key(fromSlot);
        List<int> born = resource!.NewSlots;
        if (key[0] != family)
        {
            family = key[0];
            bornOfFamily = born.Count;
        }

        // What overflowed as it arrived (P-6) is no key: nothing is asked, and the estimate is joined when it is added.
        bool isOverflow = from.IsOverflow(fromSlot);
        if (!isOverflow && (limit == 0 || live[family] < limit))
        {
            live[family]++;
            int slot = Add(from.Hash(fromSlot), key, from.Kinds(fromSlot));
            born.Add(slot);
            return slot;
        }

        if (overflow[family] == NoSlot)
        {
            familyKey[0] = key[0];
            ulong hash = ByteHash.Of(familyKey, resource.Hash);
            overflow[family] = Add(hash, familyKey, noKinds.AsSpan(0, totals.DimensionCount(family)));
            // Its key comes before all others of its family.
            born.Insert(bornOfFamily, overflow[family]);
        }

        if (!isOverflow)
        {
            resource.Refused ??= new DistinctEstimate();
            resource.Refused.Add(from.Hash(fromSlot));
        }

        totals.Series.LastChangeStep(overflow[family]) = step;
        return overflow[family];
    }

    /// <summary>Ends with the resource: all of its new keys were given to <see cref="Admit"/>.</summary>
    public void End()
    {
        totals.CountSeries(resource!.Job, resource.NewSlots.Count);
        resource = null;
    }

    private int Add(ulong hash, ReadOnlySpan<byte> key, ReadOnlySpan<byte> kinds)
    {
        int slot = totals.Series.Add(hash, resource!.Number, key, kinds);
        totals.Series.FirstStep(slot) = step;
        totals.Series.LastChangeStep(slot) = step;
        totals.Calendar?.Add(slot);
        return slot;
    }
}
