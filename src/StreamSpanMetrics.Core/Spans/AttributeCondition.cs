namespace StreamSpanMetrics.Core.Spans;

/// <summary>A condition on the value of an attribute. An attribute that is absent, or has no text, meets none.</summary>
/// <param name="Name">Attribute name, exact, never empty.</param>
/// <param name="Text">What its value has to be.</param>
public sealed record AttributeCondition(string Name, TextCondition Text);
