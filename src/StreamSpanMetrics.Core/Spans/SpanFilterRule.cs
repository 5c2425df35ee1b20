namespace StreamSpanMetrics.Core.Spans;

/// <summary>
/// A rule of the span filter: it holds for a span that meets all of its conditions. At least one is set. Immutable.
/// </summary>
public sealed record SpanFilterRule
{
    /// <summary>Numbers of the span kinds, 0 to 5; empty means any kind.</summary>
    public IReadOnlyList<int> Kinds { get; init; } = [];

    /// <summary>Status codes, 0 to 2; empty means any code.</summary>
    public IReadOnlyList<int> Statuses { get; init; } = [];

    /// <summary>Condition on the span name; null means any name.</summary>
    public TextCondition? Name { get; init; }

    /// <summary>
    /// Condition on the resource's service name, which is <see cref="SpanRules.UnknownService"/> where it has none; null means any name.
    /// </summary>
    public TextCondition? ServiceName { get; init; }

    /// <summary>Conditions on attributes that are looked up as dimensions are: on the span, else on the resource.</summary>
    public IReadOnlyList<AttributeCondition> Attributes { get; init; } = [];

    /// <summary>Conditions on attributes of the resource, whatever the span has.</summary>
    public IReadOnlyList<AttributeCondition> ResourceAttributes { get; init; } = [];
}
