using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Spans;

/// <summary>
/// Where readers put the values of the attributes that the rules ask about: a slot for each name, those of dimensions first, then those
/// that only the filter looks at. Immutable.
/// </summary>
public sealed class AttributeSlots
{
    private readonly List<string> names = [];

    /// <summary>Slots for the dimensions of <paramref name="layout"/> and the conditions of <paramref name="filter"/>.</summary>
    public AttributeSlots(SeriesLayout layout, SpanFilterRules filter)
    {
        foreach (SeriesFamily family in Enum.GetValues<SeriesFamily>())
        {
            foreach (DimensionRule rule in layout.Configured(family))
            {
                Add(rule.Name);
            }
        }

        AddConditions(filter.Include);
        AddConditions(filter.Exclude);
    }

    /// <summary>Names to look for; the place of a name is its slot.</summary>
    public IReadOnlyList<string> Names => names;

    /// <summary>Slot of an attribute that the rules name.</summary>
    public int Of(string name) => names.IndexOf(name);

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
