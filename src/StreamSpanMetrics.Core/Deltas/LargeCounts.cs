namespace StreamSpanMetrics.Core.Deltas;

/// <summary>
/// What does not fit the 32-bit counts of an accumulator: weighted spans could fill one within a record. A count that reaches half of its
/// range is moved here, so that it never overflows, neither by weights nor by ones. Not thread-safe; keeps its memory.
/// </summary>
internal sealed class LargeCounts
{
    /// <summary>From here on a count is moved: ones have as much room again until the next cut, and so has any weight.</summary>
    private const uint MoveAt = 1u << 31;

    private readonly Dictionary<int, ulong> moved = [];

    /// <summary>Adds to the count at <paramref name="place"/> of the accumulator.</summary>
    public void Add(ref uint count, int place, uint weight)
    {
        ulong total = (ulong)count + weight;
        if (total < MoveAt)
        {
            count = (uint)total;
            return;
        }

        count = 0;
        moved[place] = moved.GetValueOrDefault(place) + total;
    }

    /// <summary>What was moved away from <paramref name="place"/>.</summary>
    public ulong At(int place) => moved.Count == 0 ? 0 : moved.GetValueOrDefault(place);

    /// <summary>Forgets everything.</summary>
    public void Clear() => moved.Clear();
}
