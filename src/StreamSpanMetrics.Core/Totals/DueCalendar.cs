namespace StreamSpanMetrics.Core.Totals;

/// <summary>
/// Says at which step which series are due, without looking at the others: series are grouped by the step of their last change, and
/// groups wait in a queue for their next step (T6). Says nothing that the series and their last changes do not say already.
/// </summary>
internal sealed class DueCalendar
{
    private readonly SeriesStore series;
    private readonly EmissionSchedule schedule;
    private readonly long expirySteps;
    private readonly Dictionary<long, ChangeGroup> groups = [];
    private readonly PriorityQueue<ChangeGroup, long> queue = new();
    private int[] places = [];
    private ChangeGroup? newest;

    public DueCalendar(SeriesStore series, EmissionSchedule schedule, long expirySteps)
    {
        this.series = series;
        this.schedule = schedule;
        this.expirySteps = expirySteps;
    }

    /// <summary>Puts a series in, by the step of its last change.</summary>
    public void Add(int slot)
    {
        ChangeGroup group = FindOrAdd(series.LastChangeStep(slot));
        if (slot >= places.Length)
        {
            Array.Resize(ref places, Math.Max(series.SlotLimit, places.Length * 2));
        }

        places[slot] = group.Slots.Count;
        group.Slots.Add(slot);
    }

    /// <summary>Takes a series out. Its last change is still that by which it was put in.</summary>
    public void Remove(int slot)
    {
        long step = series.LastChangeStep(slot);
        List<int> slots = groups[step].Slots;
        int last = slots[^1];
        slots[places[slot]] = last;
        places[last] = places[slot];
        slots.RemoveAt(slots.Count - 1);
        if (slots.Count == 0)
        {
            // It also waits in the queue, and is passed over there.
            groups.Remove(step);
            newest = newest?.Step == step ? null : newest;
        }
    }

    /// <summary>The first step behind <paramref name="closedStep"/> at which a series is due or ends if nothing changes.</summary>
    public long NextDue(long closedStep)
    {
        while (queue.TryPeek(out ChangeGroup? group, out long due))
        {
            if (due > closedStep && group.Slots.Count > 0)
            {
                return due;
            }

            queue.Dequeue();
            Enqueue(group, closedStep);
        }

        return long.MaxValue;
    }

    /// <summary>
    /// Takes a group out that is due or ends at <paramref name="step"/>; null if there is no more. <see cref="PutBack"/> says that it has
    /// been seen.
    /// </summary>
    public ChangeGroup? Take(long step)
    {
        if (NextDue(step - 1) != step)
        {
            return null;
        }

        return queue.Dequeue();
    }

    /// <summary>Puts a group back behind <paramref name="step"/>.</summary>
    public void PutBack(ChangeGroup group, long step) => Enqueue(group, step);

    private ChangeGroup FindOrAdd(long step)
    {
        if (newest?.Step == step)
        {
            return newest;
        }

        if (!groups.TryGetValue(step, out ChangeGroup? group))
        {
            group = new ChangeGroup(step);
            groups.Add(step, group);
            queue.Enqueue(group, step);
        }

        newest = group;
        return group;
    }

    private void Enqueue(ChangeGroup group, long after)
    {
        if (group.Slots.Count == 0)
        {
            return;
        }

        long due = schedule.NextDue(group.Step, after);
        if (expirySteps != long.MaxValue)
        {
            due = Math.Min(due, Math.Max(after + 1, group.Step + expirySteps));
        }

        if (due != long.MaxValue)
        {
            queue.Enqueue(group, due);
        }
    }
}
