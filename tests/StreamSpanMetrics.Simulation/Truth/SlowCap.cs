namespace StreamSpanMetrics.Simulation.Truth;

/// <summary>
/// The keys of an open step (P-6): under a limit on series, of those that a source partition brings to a resource and family the first four
/// times the limit are kept, the rest overflows as it arrives.
/// </summary>
internal sealed class SlowCap(int limit)
{
    private readonly Dictionary<(long Step, uint Partition, string Owner), HashSet<string>> kept = [];

    /// <summary>Entries that overflowed.</summary>
    public int Overflowed { get; private set; }

    /// <summary>What becomes of an entry; asked in the order of the partition's offsets.</summary>
    public Entry Judge(long step, uint partition, Entry entry)
    {
        (long, uint, string) of = (step, partition, SeriesNames.OwnerOf(entry.Series));
        kept.TryAdd(of, []);
        if (limit == 0 || kept[of].Contains(entry.Series) || kept[of].Count < 4 * limit)
        {
            kept[of].Add(entry.Series);
            return entry;
        }

        Overflowed++;
        return entry with { Series = SeriesNames.OverflowOf(entry.Series), Exemplars = [] };
    }
}
