namespace StreamSpanMetrics.Core.Deltas;

/// <summary>
/// Durations one by one, with the entry that each belongs to: to note one costs next to nothing, and its exponential bucket is found at the
/// cut, when the scale is known. One thread only; keeps its memory.
/// </summary>
internal sealed class KeptDurations
{
    private int[] entries = new int[1024];
    private ulong[] nanos = new ulong[1024];

    /// <summary>By duration how often it counts; without content until there is a weight.</summary>
    private uint[] weights = [];
    private bool isWeighted;

    /// <summary>Number of durations.</summary>
    public int Count { get; private set; }

    /// <summary>Adds durations, each with its entry and with its weight; no weights at all mean that each counts once.</summary>
    public void Add(ReadOnlySpan<int> ofEntries, ReadOnlySpan<ulong> durationsNanos, ReadOnlySpan<uint> ofWeights)
    {
        if (Count + ofEntries.Length > entries.Length)
        {
            int length = Math.Max(Count + ofEntries.Length, entries.Length * 2);
            Array.Resize(ref entries, length);
            Array.Resize(ref nanos, length);
        }

        if (isWeighted || !ofWeights.IsEmpty)
        {
            AddWeights(ofWeights, ofEntries.Length);
        }

        ofEntries.CopyTo(entries.AsSpan(Count));
        durationsNanos.CopyTo(nanos.AsSpan(Count));
        Count += ofEntries.Length;
    }

    /// <summary>Forgets all durations.</summary>
    public void Clear()
    {
        Count = 0;
        isWeighted = false;
    }

    private void AddWeights(ReadOnlySpan<uint> ofWeights, int number)
    {
        if (weights.Length < entries.Length)
        {
            Array.Resize(ref weights, entries.Length);
        }

        if (!isWeighted)
        {
            weights.AsSpan(0, Count).Fill(1);
            isWeighted = true;
        }

        Span<uint> target = weights.AsSpan(Count, number);
        if (ofWeights.IsEmpty)
        {
            target.Fill(1);
        }
        else
        {
            ofWeights.CopyTo(target);
        }
    }

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
        uint[] sortedWeights = isWeighted ? new uint[Count] : [];
        for (int at = 0; at < Count; at++)
        {
            int place = ends[entries[at]]++;
            sorted[place] = nanos[at];
            if (isWeighted)
            {
                sortedWeights[place] = weights[at];
            }
        }

        return new DurationsByEntry(sorted, sortedWeights, ends);
    }
}
