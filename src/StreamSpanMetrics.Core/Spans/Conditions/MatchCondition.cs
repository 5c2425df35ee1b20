namespace StreamSpanMetrics.Core.Spans.Conditions;


/// <summary>
/// Holds where an expression finds a match anywhere in the text of a value: numbers and truth values by their text, bytes in
/// hexadecimal, arrays and maps as JSON. Nil has no text and meets none.
/// </summary>
/// <param name="Target">The value.</param>
/// <param name="Pattern">The expression, of which it is known that it is one under <see cref="TextCondition.Options"/>.</param>
public sealed record MatchCondition(Operand Target, string Pattern) : Condition
{
    /// <inheritdoc/>
    public override IEnumerable<string> AttributeNames => Target.AttributeNames;
}
