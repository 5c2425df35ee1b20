using System.Runtime.InteropServices;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>
/// Finds the series that are due at a closing step, by resource and in key order, some at a time: the cost is that of what is due, not of
/// what there is (T6). For shards that do not send every series at every step.
/// </summary>
internal sealed class StepDue
{
    // Looking at a series in its place is so much cheaper than sorting it.
    private const int SeenPerWork = 8;

    private readonly ShardTotals totals;
    private readonly DueCalendar calendar;
    private readonly SlotSort sort = new();
    private readonly List<ResourceTotals> resources = [];
    private long step;
    private Phase phase = Phase.Done;
    private ChangeGroup? group;
    private int at;
    private int resourceAt;

    public StepDue(ShardTotals totals, DueCalendar calendar)
    {
        this.totals = totals;
        this.calendar = calendar;
    }

    private enum Phase
    {
        Done,
        Collect,
        Choose,
        Scan,
        Sort,
    }

    /// <summary>Resources with series that are due, in the order of their records; valid until <see cref="Clear"/>.</summary>
    public IReadOnlyList<ResourceTotals> Resources => resources;

    /// <summary>Whether any series ends with the step.</summary>
    public bool AnyEnding { get; private set; }

    /// <summary>Begins with a step whose entries are merged.</summary>
    public void Begin(long closingStep)
    {
        step = closingStep;
        phase = Phase.Collect;
        group = null;
        at = 0;
        AddWholeJobs();
        AddEndingResources();
    }

    /// <summary>Goes on; true when all that is due stands in <see cref="Resources"/>.</summary>
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
                case Phase.Collect:
                    Collect(ref work);
                    break;
                case Phase.Choose:
                    Choose(ref work);
                    break;
                case Phase.Scan:
                    Scan(ref work);
                    break;
                default:
                    Sort(ref work);
                    break;
            }
        }

        return true;
    }

    /// <summary>Forgets what was due.</summary>
    public void Clear()
    {
        foreach (ResourceTotals resource in resources)
        {
            resource.DueSlots.Clear();
            resource.IsWholeDue = false;
        }

        resources.Clear();
        AnyEnding = false;
    }

    // Where the agreement of a job became smaller, its target_info becomes another series: all resources of the job have to say so at
    // once, or the two would stand side by side until the next heartbeat (P-4).
    private void AddWholeJobs()
    {
        if (totals.ShrunkJobs.Count == 0 || totals.Schedule.IsDelta)
        {
            return;
        }

        foreach (ResourceTotals resource in totals.Resources)
        {
            if (resource.Job.PreviousDescriptive is not null && resource.SlotsInKeyOrder.Count > 0)
            {
                resource.IsWholeDue = true;
                resources.Add(resource);
            }
        }
    }

    private void AddEndingResources()
    {
        while (totals.ResourceExpiry?.Take(step) is ResourceTotals resource)
        {
            resource.EndingSlots += resource.SlotsInKeyOrder.Count;
            AnyEnding = true;
            if (!resource.IsWholeDue && resource.SlotsInKeyOrder.Count > 0 && !totals.Schedule.IsDelta)
            {
                resource.IsWholeDue = true;
                resources.Add(resource);
            }
        }
    }

    private void Collect(ref int work)
    {
        group ??= calendar.Take(step);
        if (group is null)
        {
            resources.Sort(ResourceKeyOrder.Instance);
            resourceAt = 0;
            phase = Phase.Choose;
            return;
        }

        for (; at < group.Slots.Count; at++)
        {
            if (work-- <= 0)
            {
                return;
            }

            Add(group.Slots[at]);
        }

        calendar.PutBack(group, step);
        group = null;
        at = 0;
    }

    private void Add(int slot)
    {
        ResourceTotals resource = totals.ResourceOf(slot);
        if (totals.IsExpired(slot, step))
        {
            resource.EndingSlots++;
            AnyEnding = true;
            if (totals.Schedule.IsDelta)
            {
                // It has told all: no marker.
                return;
            }
        }

        if (resource.DueSlots.Count == 0 && !resource.IsWholeDue)
        {
            resources.Add(resource);
        }

        resource.DueSlots.Add(slot);
    }

    private void Choose(ref int work)
    {
        if (resourceAt == resources.Count)
        {
            phase = Phase.Done;
            return;
        }

        work--;
        ResourceTotals resource = resources[resourceAt];
        int due = resource.DueSlots.Count;
        int all = resource.SlotsInKeyOrder.Count;
        at = 0;
        if (resource.IsWholeDue || due == all)
        {
            resource.IsWholeDue = true;
            resourceAt++;
        }
        else if (due >= all / SeenPerWork)
        {
            resource.DueSlots.Clear();
            phase = Phase.Scan;
        }
        else
        {
            sort.Begin(totals.Series, resource.DueSlots);
            phase = Phase.Sort;
        }
    }

    // Where much is due, it is found faster in the order in which it stands already.
    private void Scan(ref int work)
    {
        ResourceTotals resource = resources[resourceAt];
        List<int> slots = resource.SlotsInKeyOrder;
        int end = (int)Math.Min(slots.Count, at + ((long)work * SeenPerWork));
        work -= 1 + ((end - at) / SeenPerWork);
        for (; at < end; at++)
        {
            int slot = slots[at];
            bool hasMarker = !totals.Schedule.IsDelta && totals.IsExpired(slot, step);
            if (hasMarker || totals.Schedule.IsDue(totals.Series.LastChangeStep(slot), step))
            {
                resource.DueSlots.Add(slot);
            }
        }

        if (at == slots.Count)
        {
            resourceAt++;
            phase = Phase.Choose;
        }
    }

    private void Sort(ref int work)
    {
        if (sort.Continue(ref work))
        {
            sort.Sorted.CopyTo(CollectionsMarshal.AsSpan(resources[resourceAt].DueSlots));
            resourceAt++;
            phase = Phase.Choose;
        }
    }
}
