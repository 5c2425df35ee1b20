using System.Runtime.InteropServices;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>Sorts slots of a store by their key bytes, some at a time: a merge sort that can stop between any two slots.</summary>
internal sealed class SlotSort
{
    private const int RunLength = 128;

    // About as many comparisons as a slot of a run takes part in.
    private const int RunWork = 3;

    private SlotKeyOrder order;
    private int[] from = [];
    private int[] into = [];
    private int count;
    private int sorted;
    private int runLength;
    private int start;
    private int left;
    private int right;
    private int filled;

    /// <summary>The slots, in key order once <see cref="Continue"/> has returned true; valid until the next begin.</summary>
    public ReadOnlySpan<int> Sorted => from.AsSpan(0, count);

    /// <summary>Begins to sort a copy of <paramref name="slots"/>. No two keys of them are equal.</summary>
    public void Begin(SeriesStore of, List<int> slots)
    {
        order = new SlotKeyOrder(of);
        count = slots.Count;
        if (from.Length < count)
        {
            from = new int[Math.Max(count, from.Length * 2)];
            into = new int[from.Length];
        }

        CollectionsMarshal.AsSpan(slots).CopyTo(from);
        sorted = 0;
        runLength = RunLength;
        BeginRun(0);
    }

    /// <summary>Goes on; true when all is sorted.</summary>
    /// <param name="work">Slots that may still be moved; lowered by those that were.</param>
    public bool Continue(ref int work)
    {
        for (; sorted < count; sorted += RunLength)
        {
            if (work <= 0)
            {
                return false;
            }

            int length = Math.Min(RunLength, count - sorted);
            from.AsSpan(sorted, length).Sort(order);
            work -= length * RunWork;
        }

        while (runLength < count)
        {
            if (!MergeRuns(ref work))
            {
                return false;
            }

            (from, into) = (into, from);
            runLength *= 2;
            BeginRun(0);
        }

        return true;
    }

    private bool MergeRuns(ref int work)
    {
        while (start < count)
        {
            int middle = Math.Min(count, start + runLength);
            int end = Math.Min(count, middle + runLength);
            while (filled < end)
            {
                if (work-- <= 0)
                {
                    return false;
                }

                bool takeLeft = right == end || (left < middle && order.Compare(from[left], from[right]) < 0);
                into[filled++] = takeLeft ? from[left++] : from[right++];
            }

            BeginRun(end);
        }

        return true;
    }

    private void BeginRun(int at)
    {
        start = at;
        left = at;
        right = Math.Min(count, at + runLength);
        filled = at;
    }
}
