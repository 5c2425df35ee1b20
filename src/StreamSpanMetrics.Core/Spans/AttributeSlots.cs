using StreamSpanMetrics.Core.Spans.Conditions;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Spans;

/// <summary>
/// Where readers put the values of the attributes that the rules ask about: a slot for each name, those of dimensions first, then those
/// that only the filter looks at; behind them the slots of dimensions with aliases. Immutable.
/// </summary>
public sealed class AttributeSlots
{
    private readonly List<string> names = [];
    private readonly List<int[]> sourcesOfAliased = [];

    /// <summary>
    /// Slots for the dimensions and conditions of <paramref name="layout"/> and the conditions of <paramref name="filter"/>.
    /// </summary>
    public AttributeSlots(SeriesLayout layout, SpanFilterRules filter)
    {
        for (int family = 0; family < layout.FamilyCount; family++)
        {
            foreach (DimensionRule rule in layout.Configured((SeriesFamily)family))
            {
                Add(rule.Name);
                foreach (string alias in rule.Aliases)
                {
                    Add(alias);
                }

                if (rule.Aliases.Count > 0 && IndexOfAliased(rule) < 0)
                {
                    sourcesOfAliased.Add(Sources(rule));
                }
            }
        }

        foreach (CountRule count in layout.Counts)
        {
            AddNames(count.Condition);
        }

        AddConditions(filter.Include);
        AddConditions(filter.Exclude);
        Aliases = sourcesOfAliased.Count == 0 ? null : new AliasSlots(names.Count, sourcesOfAliased);
    }

    /// <summary>Number of slots.</summary>
    public int Count => names.Count + sourcesOfAliased.Count;

    /// <summary>Fills the slots that no name has; null if there are none.</summary>
    public AliasSlots? Aliases { get; }

    /// <summary>Names to look for; the place of a name is its slot.</summary>
    public IReadOnlyList<string> Names => names;

    /// <summary>Slot of an attribute; -1 if the rules do not name it.</summary>
    public int Of(string name) => names.IndexOf(name);

    /// <summary>Slot of a dimension's value; -1 if the rules do not have it.</summary>
    public int Of(DimensionRule rule)
    {
        int aliased = rule.Aliases.Count == 0 ? -1 : IndexOfAliased(rule);
        return aliased < 0 ? Of(rule.Name) : names.Count + aliased;
    }

    private int IndexOfAliased(DimensionRule rule)
    {
        int[] wanted = Sources(rule);
        return sourcesOfAliased.FindIndex(sources => sources.AsSpan().SequenceEqual(wanted));
    }

    private int[] Sources(DimensionRule rule)
    {
        int[] sources = new int[1 + rule.Aliases.Count];
        sources[0] = Of(rule.Name);
        for (int index = 1; index < sources.Length; index++)
        {
            sources[index] = Of(rule.Aliases[index - 1]);
        }

        return sources;
    }

    private void AddNames(Condition? condition)
    {
        foreach (string name in condition?.AttributeNames ?? [])
        {
            Add(name);
        }
    }

    private void AddConditions(IReadOnlyList<SpanFilterRule> rules)
    {
        foreach (SpanFilterRule rule in rules)
        {
            foreach (AttributeCondition condition in rule.Attributes)
            {
                Add(condition.Name);
            }

            foreach (AttributeCondition condition in rule.ResourceAttributes)
            {
                Add(condition.Name);
            }
        }
    }

    private void Add(string name)
    {
        if (!names.Contains(name))
        {
            names.Add(name);
        }
    }
}
