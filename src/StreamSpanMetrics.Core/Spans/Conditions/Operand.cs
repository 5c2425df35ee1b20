namespace StreamSpanMetrics.Core.Spans.Conditions;


/// <summary>A value of a condition: a literal, or a field of what is counted. Immutable.</summary>
/// <param name="Field">Where it comes from.</param>
public sealed record Operand(OperandField Field)
{
    /// <summary>Name of the attribute, where it is one.</summary>
    public string AttributeName { get; init; } = "";

    /// <summary>Kind of the literal.</summary>
    public ConditionValueKind Kind { get; init; }

    /// <summary>The literal, if it is a text.</summary>
    public string Text { get; init; } = "";

    /// <summary>The literal, if it is a whole number; 1 for true.</summary>
    public long Integer { get; init; }

    /// <summary>The literal, if it is a double.</summary>
    public double Double { get; init; }

    /// <summary>Whether it is an attribute.</summary>
    public bool IsAttribute => Field is OperandField.SpanAttribute or OperandField.EventAttribute or OperandField.ResourceAttribute;

    internal IEnumerable<string> AttributeNames => IsAttribute ? [AttributeName] : [];
}
