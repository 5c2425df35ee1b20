namespace StreamSpanMetrics.Core.Totals;

/// <summary>
/// The keys that one source partition brought to a resource of an open step, while a limit on series is in force: the first of a family,
/// four times as many as the limit, keep their entries, all further ones overflow at once (P-6). So an explosion of keys is bounded before
/// its step closes.
/// </summary>
/// <remarks>
/// A known series is judged as any other key. Whether totals know it is not asked: the answer depends on which steps have closed by then, so
/// on the schedule, and on what a restored chunk contains ahead of the replay (S3); two runs over one log would differ. For the same reason
/// each partition is judged for itself, for blocks of different ones come in any order; those of one come in the order of its offsets.
/// </remarks>
internal sealed class PartitionKeys
{
    private const long KeysPerSeries = 4;

    private readonly long most;
    private readonly List<HashSet<int>?> byFamily = [];

    /// <param name="limit">Most series of a family that a resource may have in this step, at least 1.</param>
    public PartitionKeys(int limit) => most = limit * KeysPerSeries;

    /// <summary>Whether one more key of a family keeps its entry.</summary>
    public bool HasRoom(int family) => Of(family).Count < most;

    /// <summary>Whether a key of a family keeps its entry, which has a slot in the step; if so, it is remembered.</summary>
    public bool Keeps(int family, int slot)
    {
        HashSet<int> slots = Of(family);
        if (slots.Count >= most)
        {
            return slots.Contains(slot);
        }

        slots.Add(slot);
        return true;
    }

    private HashSet<int> Of(int family)
    {
        while (byFamily.Count <= family)
        {
            byFamily.Add(null);
        }

        return byFamily[family] ??= [];
    }
}
