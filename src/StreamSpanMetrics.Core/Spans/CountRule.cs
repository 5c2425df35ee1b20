using StreamSpanMetrics.Core.Spans.Conditions;

namespace StreamSpanMetrics.Core.Spans;

/// <summary>A metric of the count connector: how many spans, or span events, meet a condition, by some of their attributes. Immutable.</summary>
/// <param name="Name">Name of the metric, never empty.</param>
/// <param name="IsOfEvents">Whether span events are counted instead of spans.</param>
public sealed record CountRule(string Name, bool IsOfEvents)
{
    /// <summary>What the metric tells; emitted with it. No part of its meaning.</summary>
    public string Description { get; init; } = "";

    /// <summary>What has to hold; null counts all.</summary>
    public Condition? Condition { get; init; }

    /// <summary>
    /// Its dimensions, without aliases and patterns: attributes of the span or event, else of the scope, else of the resource, else the
    /// default. Whatever lacks one of them is not counted.
    /// </summary>
    public IReadOnlyList<DimensionRule> Attributes { get; init; } = [];
}
