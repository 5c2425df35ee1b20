using StreamSpanMetrics.Core.Otlp;

namespace StreamSpanMetrics.Core.Spans;

/// <summary>An attribute of a resource as text.</summary>
/// <param name="Name">Name, valid UTF-8.</param>
/// <param name="Kind">Kind of the value.</param>
/// <param name="Text">The value's text; empty if <paramref name="Kind"/> is absent.</param>
public readonly record struct ResourceAttribute(string Name, TextKind Kind, string Text);
