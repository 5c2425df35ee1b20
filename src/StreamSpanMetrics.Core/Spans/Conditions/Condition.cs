namespace StreamSpanMetrics.Core.Spans.Conditions;


/// <summary>What has to hold for a span or a span event: a tree of comparisons, read from an OTTL expression. Immutable.</summary>
public abstract record Condition
{
    /// <summary>Names of the attributes that it looks at, of whatever they are.</summary>
    public abstract IEnumerable<string> AttributeNames { get; }
}
