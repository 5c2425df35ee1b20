using StreamSpanMetrics.Core.Otlp;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>
/// Admits the new keys of a resource in a closing step, in key order (M3): while the resource has less series of the key's family than the
/// limit of that step. The rest goes to the overflow series of the family, which comes on top. Before that, values of the key that are one
/// too many for their label are replaced, and what comes of it may be a series that is there.
/// </summary>
/// <remarks>
/// A series that expires with this step has made room already. A key that overflowed, or was replaced, is not remembered: it is judged anew
/// in every step, so the outcome depends only on the series that live and on the keys of the step. Nothing of the resource is added yet, so
/// what has to be kept of a series before its first entry can be kept here, too.
/// </remarks>
internal sealed class StepAdmission
{
    private const int NoSlot = -1;

    // To see a series is cheap, unless its labels are read.
    private const int SeenPerWork = 8;

    // Moving slots in one block is cheap beside comparing their keys.
    private const int MovedPerWork = 256;

    private readonly ShardTotals totals;
    private readonly Action<ResourceTotals, int> noteChange;
    private readonly LabelSets labels;
    private readonly int[] live;
    private readonly int[] overflow;
    private readonly byte[] noKinds;
    private readonly byte[] familyKey = new byte[1];
    private ResourceTotals? resource;
    private long step;
    private StepLimits limits;
    private int at;
    private bool anyReplaced;

    /// <param name="totals">The totals.</param>
    /// <param name="noteChange">Says that a series, which is there, changes in the step.</param>
    public StepAdmission(ShardTotals totals, Action<ResourceTotals, int> noteChange)
    {
        this.totals = totals;
        this.noteChange = noteChange;
        labels = new LabelSets(totals.Layout);
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
        limits = totals.Limits.At(closingStep);
        at = 0;
        anyReplaced = false;
        labels.Clear();
        Array.Clear(live);
        Array.Fill(overflow, NoSlot);
        return limits.IsAny;
    }

    /// <summary>Goes on counting; true when all series of the resource have been seen.</summary>
    public bool Count(ref int work)
    {
        List<int> slots = resource!.SlotsInKeyOrder;
        int perWork = limits.LabelValues > 0 ? 1 : SeenPerWork;
        int end = (int)Math.Min(slots.Count, at + ((long)Math.Max(work, 0) * perWork));
        work -= 1 + ((end - at) / perWork);
        for (; at < end; at++)
        {
            int slot = slots[at];
            ReadOnlySpan<byte> key = totals.Series.Key(slot);
            if (totals.Series.IsOverflow(slot))
            {
                overflow[key[0]] = slot;
            }
            else if (!totals.IsExpired(slot, step))
            {
                Join(key);
            }
        }

        return at == slots.Count;
    }

    /// <summary>Admits the next new key in key order, or not; returns the slot that its entry is added to.</summary>
    /// <param name="from">The store of the step.</param>
    /// <param name="fromSlot">Slot of the key there.</param>
    /// <param name="work">Lowered by what it takes.</param>
    public int Admit(SeriesStore from, int fromSlot, ref int work)
    {
        work--;
        ReadOnlySpan<byte> key = from.Key(fromSlot);
        if (from.IsOverflow(fromSlot))
        {
            // What overflowed as it arrived (P-6) is no key: nothing is asked, and the estimate is joined when it is added.
            return Overflow(key[0], ref work);
        }

        ReadOnlySpan<byte> kinds = from.Kinds(fromSlot);
        ulong hash = from.Hash(fromSlot);
        if (limits.LabelValues > 0 && labels.Replace(key, kinds, limits.LabelValues))
        {
            key = labels.Key;
            kinds = labels.Kinds;
            hash = ByteHash.Of(key, resource!.Hash);
            resource.LastReplacedStep = step;
            anyReplaced = true;
        }

        int slot = NoSlot;
        bool isThere = anyReplaced && totals.Series.TryFind(hash, resource!.Number, key, out slot);
        if (isThere && !totals.IsExpired(slot, step))
        {
            return Changed(slot);
        }

        if (limits.Series > 0 && live[key[0]] >= limits.Series)
        {
            resource!.Refused ??= new DistinctEstimate();
            resource.Refused.Add(from.Hash(fromSlot));
            return Overflow(key[0], ref work);
        }

        slot = isThere ? Changed(slot) : Add(hash, key, kinds, ref work);
        Join(key);
        return slot;
    }

    /// <summary>Ends with the resource: all of its new keys were given to <see cref="Admit"/>.</summary>
    public void End()
    {
        totals.CountSeries(resource!.Job, resource.NewSlots.Count);
        resource = null;
    }

    private void Join(ReadOnlySpan<byte> key)
    {
        live[key[0]]++;
        if (limits.LabelValues > 0)
        {
            labels.Add(key);
        }
    }

    private int Overflow(byte family, ref int work)
    {
        if (overflow[family] == NoSlot)
        {
            familyKey[0] = family;
            ulong hash = ByteHash.Of(familyKey, resource!.Hash);
            overflow[family] = Add(hash, familyKey, noKinds.AsSpan(0, totals.DimensionCount(family)), ref work);
        }

        return Changed(overflow[family]);
    }

    private int Changed(int slot)
    {
        if (totals.Series.LastChangeStep(slot) != step)
        {
            noteChange(resource!, slot);
        }

        return slot;
    }

    private int Add(ulong hash, ReadOnlySpan<byte> key, ReadOnlySpan<byte> kinds, ref int work)
    {
        int slot = totals.Series.Add(hash, resource!.Number, key, kinds);
        totals.Series.FirstStep(slot) = step;
        totals.Series.LastChangeStep(slot) = step;
        totals.Calendar?.Add(slot);
        List<int> born = resource.NewSlots;
        int place = PlaceOf(born, key);
        work -= (born.Count - place) / MovedPerWork;
        born.Insert(place, slot);
        return slot;
    }

    // Mostly at the end: keys come in order, but for those that were replaced and those of overflow series.
    private int PlaceOf(List<int> born, ReadOnlySpan<byte> key)
    {
        int low = 0;
        int high = born.Count;
        int middle = high - 1;
        while (low < high)
        {
            if (totals.Series.Key(born[middle]).SequenceCompareTo(key) < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }

            middle = (low + high) / 2;
        }

        return low;
    }
}
