namespace StreamSpanMetrics.Core.Deltas;

/// <summary>
/// Durations one by one, with the entry that each belongs to: to note one costs next to nothing, and its exponential bucket is found at the
/// cut, when the scale is known. One thread only; keeps its memory.
/// </summary>
internal sealed class KeptDurations
{
    private int[] entries = new int[1024];
    private ulong[] nanos = new ulong[1024];

    /// <summary>Number of durations.</summary>
    public int Count { get; private set; }

    /// <summary>Adds durations, each with its entry.</summary>
    public void Add(ReadOnlySpan<int> ofEntries, ReadOnlySpan<ulong> durationsNanos)
    {
        if (Count + ofEntries.Length > entries.Length)
        {
            int length = Math.Max(Count + ofEntries.Length, entries.Length * 2);
            Array.Resize(ref entries, length);
            Array.Resize(ref nanos, length);
        }

        ofEntries.CopyTo(entries.AsSpan(Count));
        durationsNanos.CopyTo(nanos.AsSpan(Count));
        Count += ofEntries.Length;
    }

    /// <summary>Forgets all durations.</summary>
    public void Clear() => Count = 0;

    /// <summary>The durations in the order of their entries, of which there are <paramref name="entryCount"/>.</summary>
    public DurationsByEntry Sort(int entryCount)
    {
        int[] ends = new int[entryCount + 1];
        for (int at = 0; at < Count; at++)
        {
            ends[entries[at] + 1]++;
        }

        for (int entry = 0; entry < entryCount; entry++)
        {
            ends[entry + 1] += ends[entry];
        }

        // Now each is the place of its entry's first duration; filling moves it to the place behind the last.
        ulong[] sorted = new ulong[Count];
        for (int at = 0; at < Count; at++)
        {
            sorted[ends[entries[at]]++] = nanos[at];
        }

        return new DurationsByEntry(sorted, ends);
    }
}
