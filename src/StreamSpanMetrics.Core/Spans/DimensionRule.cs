namespace StreamSpanMetrics.Core.Spans;

/// <summary>A configured dimension: an attribute looked up on the span, else on the resource, else the default.</summary>
/// <param name="Name">Attribute name, exact, never empty.</param>
/// <param name="Default">Value where the attribute is missing; null leaves the dimension out.</param>
public sealed record DimensionRule(string Name, string? Default = null);
