namespace StreamSpanMetrics.Core.Spans.Conditions;


/// <summary>
/// Compares two values as OTTL does (pkg/ottl/compare.go): numbers by value whatever their kind, texts by their bytes, false before true,
/// nil equal to nil; values of kinds that cannot be compared are not equal, and nothing else.
/// </summary>
/// <param name="Left">What stands on the left.</param>
/// <param name="Operator">How they are compared.</param>
/// <param name="Right">What stands on the right.</param>
public sealed record ComparisonCondition(Operand Left, ComparisonOperator Operator, Operand Right) : Condition
{
    /// <inheritdoc/>
    public override IEnumerable<string> AttributeNames => [.. Left.AttributeNames, .. Right.AttributeNames];
}
