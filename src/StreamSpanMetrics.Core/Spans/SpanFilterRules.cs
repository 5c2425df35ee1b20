namespace StreamSpanMetrics.Core.Spans;

/// <summary>
/// Which spans are counted. The first <see cref="Exclude"/> rule that holds drops a span; if there are <see cref="Include"/> rules, at
/// least one of them has to hold. Immutable.
/// </summary>
public sealed record SpanFilterRules
{
    /// <summary>Rules of which one has to hold; empty includes every span.</summary>
    public IReadOnlyList<SpanFilterRule> Include { get; init; } = [];

    /// <summary>Rules of which none may hold.</summary>
    public IReadOnlyList<SpanFilterRule> Exclude { get; init; } = [];

    /// <summary>Whether there is no rule at all, so that every span is counted.</summary>
    public bool IsEmpty => Include.Count == 0 && Exclude.Count == 0;
}
