namespace StreamSpanMetrics.Core.Spans.Conditions;


/// <summary>Holds where another one does not.</summary>
/// <param name="Inner">The other one.</param>
public sealed record NotCondition(Condition Inner) : Condition
{
    /// <inheritdoc/>
    public override IEnumerable<string> AttributeNames => Inner.AttributeNames;
}
