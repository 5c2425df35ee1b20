using StreamSpanMetrics.Core.Spans;

namespace StreamSpanMetrics.Core.Deltas;

/// <summary>
/// Spans that the filter dropped, by the rule that did. Written by one thread; anyone may read: single numbers, not a snapshot.
/// </summary>
public sealed class FilterDrops
{
    private readonly SpanFilterRules rules;
    private readonly long[] counts;

    /// <summary>No drops yet under <paramref name="rules"/>.</summary>
    public FilterDrops(SpanFilterRules rules)
    {
        this.rules = rules;
        counts = new long[1 + rules.Exclude.Count];
    }

    /// <summary>Whether there are include rules, so that a span can be dropped for meeting none of them.</summary>
    public bool HasInclude => rules.Include.Count > 0;

    /// <summary>Number of exclude rules.</summary>
    public int ExcludeCount => rules.Exclude.Count;

    /// <summary>Spans dropped because no include rule holds for them.</summary>
    public long NotIncluded => counts[SpanFilter.NotIncluded];

    /// <summary>All spans that the filter dropped.</summary>
    public long Total
    {
        get
        {
            long total = 0;
            foreach (long count in counts)
            {
                total += count;
            }

            return total;
        }
    }

    /// <summary>Spans dropped by an exclude rule; <paramref name="number"/> counts from 1 in the order of the settings.</summary>
    public long Excluded(int number) => counts[number];

    /// <summary>Adds the drops of <paramref name="other"/>, which are under the same rules.</summary>
    public void Add(FilterDrops other)
    {
        for (int index = 0; index < counts.Length; index++)
        {
            counts[index] += other.counts[index];
        }
    }

    /// <summary>Notes a span that the filter dropped for <paramref name="reason"/>.</summary>
    internal void Note(int reason) => counts[reason]++;

    /// <summary>Back to none.</summary>
    internal void Clear() => Array.Clear(counts);
}
