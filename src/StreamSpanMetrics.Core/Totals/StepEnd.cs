namespace StreamSpanMetrics.Core.Totals;

/// <summary>
/// Ends a closed step after its emission, some series at a time: what has expired leaves (P-2). Looks through the series only in steps
/// in which something may expire.
/// </summary>
internal sealed class StepEnd
{
    // Most series stay, and to see that is cheap.
    private const int SeenPerWork = 8;

    private readonly ShardTotals totals;
    private long step;
    private Phase phase = Phase.Done;
    private int resourceAt;
    private int slotAt;
    private int kept;
    private long nextEnd;
    private bool anyEnded;
    private bool isCollected;

    public StepEnd(ShardTotals totals) => this.totals = totals;

    private enum Phase
    {
        Done,
        Series,
        Jobs,
        Keys,
    }

    /// <summary>Begins with a step that was emitted.</summary>
    /// <param name="closingStep">The step.</param>
    /// <param name="endsAreKnown">Whether resources know how many of their series end: those where none does need not be looked through.</param>
    public void Begin(long closingStep, bool endsAreKnown)
    {
        step = closingStep;
        isCollected = endsAreKnown;
        resourceAt = 0;
        anyEnded = false;
        nextEnd = long.MaxValue;
        phase = totals.MayExpire(closingStep) || (endsAreKnown && totals.AnyEnding) ? Phase.Series : Phase.Keys;
        BeginResource();
    }

    /// <summary>Goes on; true when the step has ended.</summary>
    /// <param name="work">Series that may still be handled; lowered by those that were.</param>
    public bool Continue(ref int work)
    {
        while (phase != Phase.Done)
        {
            if (work <= 0)
            {
                return false;
            }

            switch (phase)
            {
                case Phase.Series:
                    ContinueSeries(ref work);
                    break;
                case Phase.Jobs:
                    nextEnd = Math.Min(nextEnd, totals.EndJobs(step, anyEnded, ref work));
                    totals.NoteNextEnd(nextEnd);
                    phase = Phase.Keys;
                    break;
                default:
                    phase = totals.Series.ContinueCompaction(ref work) ? Phase.Done : Phase.Keys;
                    break;
            }
        }

        return true;
    }

    private void ContinueSeries(ref int work)
    {
        if (resourceAt == totals.Resources.Count)
        {
            phase = Phase.Jobs;
            return;
        }

        ResourceTotals resource = totals.Resources[resourceAt];
        List<int> slots = resource.SlotsInKeyOrder;
        if (isCollected && resource.EndingSlots == 0)
        {
            slotAt = slots.Count;
            kept = slots.Count;
        }

        int end = (int)Math.Min(slots.Count, slotAt + ((long)work * SeenPerWork));
        work -= 1 + ((end - slotAt) / SeenPerWork);
        for (; slotAt < end; slotAt++)
        {
            int slot = slots[slotAt];
            if (totals.IsExpired(slot, step))
            {
                totals.Calendar?.Remove(slot);
                resource.Refused = totals.Series.IsOverflow(slot) ? null : resource.Refused;
                totals.Series.Remove(slot);
                work--;
            }
            else
            {
                nextEnd = Math.Min(nextEnd, totals.EndOf(slot));
                slots[kept++] = slot;
            }
        }

        if (slotAt == slots.Count)
        {
            totals.CountSeries(resource.Job, kept - slots.Count);
            slots.RemoveRange(kept, slots.Count - kept);
            resource.EndingSlots = 0;
            anyEnded |= totals.EndResource(resource, step);
            nextEnd = Math.Min(nextEnd, totals.EndOfIdle(resource.LastChangeStep));
            resourceAt++;
            BeginResource();
        }
    }

    private void BeginResource()
    {
        slotAt = 0;
        kept = 0;
    }
}
