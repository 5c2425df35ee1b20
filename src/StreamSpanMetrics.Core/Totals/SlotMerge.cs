using System.Runtime.InteropServices;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>
/// Puts the new slots of a resource among its others, both in key order, some at a time. Until it has ended the others are not in
/// order.
/// </summary>
internal sealed class SlotMerge
{
    // Moving slots in one block is cheap beside comparing their keys.
    private const int MovedPerWork = 256;

    private readonly SeriesStore series;
    private ResourceTotals? resource;
    private int left;
    private int right;

    public SlotMerge(SeriesStore series) => this.series = series;

    /// <summary>Begins with a resource.</summary>
    public void Begin(ResourceTotals of)
    {
        resource = of;
        left = of.SlotsInKeyOrder.Count - 1;
        right = of.NewSlots.Count - 1;
        CollectionsMarshal.SetCount(of.SlotsInKeyOrder, of.SlotsInKeyOrder.Count + of.NewSlots.Count);
    }

    /// <summary>Goes on, from the last slot to the first; true when all are in their places.</summary>
    /// <param name="work">Slots that may still be placed; lowered by those that were.</param>
    public bool Continue(ref int work)
    {
        Span<int> slots = CollectionsMarshal.AsSpan(resource!.SlotsInKeyOrder);
        for (; right >= 0; right--)
        {
            if (work <= 0)
            {
                return false;
            }

            int slot = resource.NewSlots[right];
            int behind = FirstBehind(slots, slot);
            int moved = left + 1 - behind;
            slots.Slice(behind, moved).CopyTo(slots[(behind + right + 1)..]);
            left = behind - 1;
            slots[behind + right] = slot;
            work -= 1 + (moved / MovedPerWork);
        }

        resource.NewSlots.Clear();
        resource = null;
        return true;
    }

    // Where the old slots begin whose keys are behind that of a new one. Looks near the end first, for that is where it is when many
    // new ones come.
    private int FirstBehind(ReadOnlySpan<int> slots, int slot)
    {
        ReadOnlySpan<byte> key = series.Key(slot);
        int high = left + 1;
        int low = left;
        for (int reach = 1; low >= 0 && series.Key(slots[low]).SequenceCompareTo(key) > 0; reach *= 2)
        {
            high = low;
            low -= reach;
        }

        low = Math.Max(low, -1);
        while (high - low > 1)
        {
            int middle = (low + high) / 2;
            if (series.Key(slots[middle]).SequenceCompareTo(key) > 0)
            {
                high = middle;
            }
            else
            {
                low = middle;
            }
        }

        return high;
    }
}
