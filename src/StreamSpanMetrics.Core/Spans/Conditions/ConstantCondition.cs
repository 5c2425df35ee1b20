namespace StreamSpanMetrics.Core.Spans.Conditions;


/// <summary>Holds always or never.</summary>
/// <param name="Value">Whether it holds.</param>
public sealed record ConstantCondition(bool Value) : Condition
{
    /// <inheritdoc/>
    public override IEnumerable<string> AttributeNames => [];
}
