using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Spans;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>
/// Adds the entries of a closing step to the totals, some at a time: series that have an entry are kept from expiring, then for each
/// resource, in key order, new keys are admitted in key order and everything is added (M3). What a restored chunk contains already is
/// left out (S3). The outcome does not depend on where the work is cut.
/// </summary>
internal sealed class StepMerge
{
    private const int New = 0;
    private const int Contained = -1;
    private const int ResourceWork = 8;

    private readonly ShardTotals totals;
    private readonly SlotSort sort = new();
    private readonly List<int> unknown = [];
    private readonly StepAdmission admission;
    private readonly SlotMerge newSlots;
    private int[] slots = [];
    private OpenStep? step;
    private long number;
    private bool keepsGaps;
    private Phase phase;
    private SortedSet<StepResource>.Enumerator resources;
    private ResourceTotals? resource;
    private int at;

    public StepMerge(ShardTotals totals)
    {
        this.totals = totals;
        admission = new StepAdmission(totals, NoteChange);
        newSlots = new SlotMerge(totals.Series);
    }

    private enum Phase
    {
        Touch,
        Choose,
        Sort,
        Count,
        Admit,
        Insert,
        Add,
    }

    /// <summary>Begins with a step; the totals change from the first <see cref="Continue"/> on.</summary>
    /// <param name="open">Its entries.</param>
    /// <param name="stepNumber">Its number.</param>
    /// <param name="isEmitted">Whether it is emitted then: what gap points need is kept.</param>
    public void Begin(OpenStep open, long stepNumber, bool isEmitted)
    {
        step = open;
        keepsGaps = isEmitted;
        number = stepNumber;
        int limit = open.Series.SlotLimit;
        if (slots.Length < limit || slots.Length > limit * 4)
        {
            slots = new int[limit + (limit / 4)];
        }

        Array.Clear(slots);
        totals.NoteChange(stepNumber);
        BeginPass(Phase.Touch);
    }

    /// <summary>Goes on; true when all is merged, or nothing has begun.</summary>
    /// <param name="work">Entries that may still be handled; lowered by those that were.</param>
    public bool Continue(ref int work)
    {
        while (step is not null)
        {
            if (work <= 0)
            {
                return false;
            }

            ContinuePhase(step, resources.Current, ref work);
        }

        return true;
    }

    private void ContinuePhase(OpenStep open, StepResource entry, ref int work)
    {
        switch (phase)
        {
            case Phase.Touch when Touch(open, entry, ref work):
                NextResource(Phase.Touch, ref work);
                break;
            case Phase.Choose when Choose(entry, ref work):
                sort.Begin(open.Series, unknown);
                phase = Phase.Sort;
                break;
            case Phase.Sort when sort.Continue(ref work):
                BeginAdmission(entry);
                break;
            case Phase.Count when admission.Count(ref work):
                phase = Phase.Admit;
                break;
            case Phase.Admit when Admit(open, ref work):
                newSlots.Begin(resource!);
                phase = Phase.Insert;
                break;
            case Phase.Insert when newSlots.Continue(ref work):
                at = 0;
                phase = Phase.Add;
                break;
            case Phase.Add when Add(open, entry, ref work):
                NextResource(Phase.Choose, ref work);
                break;
            default:
                // The slice is over.
                break;
        }
    }

    private void BeginPass(Phase first)
    {
        resources = step!.Resources.GetEnumerator();
        int work = 0;
        NextResource(first, ref work);
    }

    private void NextResource(Phase next, ref int work)
    {
        work -= ResourceWork;
        at = 0;
        unknown.Clear();
        resource = null;
        phase = next;
        if (resources.MoveNext())
        {
            resource = totals.FindResource(resources.Current.Key);
            if (resource is not null)
            {
                resource.LastSeenStep = number;
            }
        }
        else if (next == Phase.Touch)
        {
            BeginPass(Phase.Choose);
        }
        else
        {
            resources = default;
            step = null;
        }
    }

    private bool Touch(OpenStep open, StepResource entry, ref int work)
    {
        for (; at < entry.Slots.Count; at++)
        {
            if (work-- <= 0)
            {
                return false;
            }

            int from = entry.Slots[at];
            ulong hash = open.Series.Hash(from);
            if (totals.IsContained(hash, entry.Hash, number))
            {
                slots[from] = Contained;
            }
            else if (resource is not null && totals.Series.TryFind(hash, resource.Number, open.Series.Key(from), out int slot))
            {
                slots[from] = slot + 1;
                NoteChange(resource, slot);
            }
        }

        return true;
    }

    // Nothing of the step is added yet.
    private void NoteChange(ResourceTotals of, int slot)
    {
        SeriesStore series = totals.Series;
        long before = series.LastChangeStep(slot);
        if (totals.Calendar is null)
        {
            series.LastChangeStep(slot) = number;
            return;
        }

        totals.Calendar.Remove(slot);
        series.LastChangeStep(slot) = number;
        totals.Calendar.Add(slot);
        if (totals.Gaps is not null && keepsGaps && !totals.Schedule.IsDue(before, number - 1) && of.Job.ShrunkStep != number - 1)
        {
            totals.Gaps.Keep(slot);
        }

        // What a delta point tells of begins where the point before it ended, with nothing.
        if (totals.Schedule.IsDelta)
        {
            series.FirstStep(slot) = before + 1;
            series.Reset(slot);
        }
    }

    private bool Choose(StepResource entry, ref int work)
    {
        for (; at < entry.Slots.Count; at++)
        {
            if (work-- <= 0)
            {
                return false;
            }

            if (slots[entry.Slots[at]] == New)
            {
                unknown.Add(entry.Slots[at]);
            }
        }

        return true;
    }

    private void BeginAdmission(StepResource entry)
    {
        at = 0;
        ReadOnlySpan<byte> jobKey = entry.Key.AsSpan(0, entry.JobLength);
        bool jobContained = totals.IsContained(ByteHash.Of(jobKey), number);
        if (!jobContained || unknown.Count > 0)
        {
            JobTotals job = totals.FindOrAddJob(jobKey, entry.ServiceNamespace, entry.ServiceName);
            resource = totals.FindOrAddResource(entry.Key, job, entry.Identity);
            resource.LastSeenStep = number;
            if (!jobContained)
            {
                totals.Agree(job, entry.Descriptive, number);
                resource.JoinKinds(entry.Identity, number);
            }
        }

        phase = unknown.Count == 0 ? Phase.Add : admission.Begin(resource!, number) ? Phase.Count : Phase.Admit;
    }

    private bool Admit(OpenStep open, ref int work)
    {
        for (; at < sort.Sorted.Length; at++)
        {
            if (work <= 0)
            {
                return false;
            }

            int from = sort.Sorted[at];
            slots[from] = admission.Admit(open.Series, from, ref work) + 1;
        }

        admission.End();
        return true;
    }

    private bool Add(OpenStep open, StepResource entry, ref int work)
    {
        for (; at < entry.Slots.Count; at++)
        {
            if (work-- <= 0)
            {
                return false;
            }

            int from = entry.Slots[at];
            if (slots[from] > New)
            {
                AddEntry(open, from, slots[from] - 1);
                if (entry.Refused is not null && open.Series.IsOverflow(from))
                {
                    resource!.Refused ??= new DistinctEstimate();
                    resource.Refused.AddAll(entry.Refused);
                }
            }
        }

        return true;
    }

    private void AddEntry(OpenStep open, int fromSlot, int slot)
    {
        SeriesStore from = open.Series;
        SeriesStore series = totals.Series;
        series.SpanCount(slot) += from.SpanCount(fromSlot);
        series.SumNanos(slot) += from.SumNanos(fromSlot);
        Span<ulong> buckets = series.Buckets(slot);
        Span<ulong> more = from.Buckets(fromSlot);
        for (int i = 0; i < more.Length; i++)
        {
            buckets[i] += more[i];
        }

        if (series.IsExponential && SeriesLayout.HasHistogram(SeriesKeyCodec.Family(series.Key(slot))))
        {
            series.Exponential(slot).Add(from.Exponential(fromSlot));
        }

        if (series.IsOverflow(slot))
        {
            // It has neither kinds nor, as in the connector, exemplars.
            return;
        }

        OpenStep.JoinKinds(series.Kinds(slot), from.Kinds(fromSlot));
        if (open.Exemplars is not null)
        {
            totals.Exemplars.Closing!.AddAll(slot, open.Exemplars, fromSlot);
        }
    }
}
