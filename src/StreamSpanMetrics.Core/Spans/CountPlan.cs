using StreamSpanMetrics.Core.Spans.Conditions;

namespace StreamSpanMetrics.Core.Spans;

/// <summary>A metric of the count connector ready to be applied. Not thread-safe.</summary>
internal sealed class CountPlan
{
    private readonly ConditionProgram? condition;

    /// <summary>Plans the metric at <paramref name="index"/> of the layout's.</summary>
    public CountPlan(int index, SeriesLayout layout, AttributeSlots slots)
    {
        CountRule rule = layout.Counts[index];
        Family = new FamilyPlan(SeriesLayout.FamilyOf(index), layout, slots);
        IsOfEvents = rule.IsOfEvents;
        condition = rule.Condition is null ? null : new ConditionProgram(rule.Condition, slots);
    }

    /// <summary>How its series keys are made.</summary>
    public FamilyPlan Family { get; }

    /// <summary>Whether span events are counted instead of spans.</summary>
    public bool IsOfEvents { get; }

    /// <summary>Whether its condition holds.</summary>
    public bool Holds(ConditionInput input) => condition is null || condition.Holds(input);
}
