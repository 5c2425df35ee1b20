namespace StreamSpanMetrics.Core.Spans.Conditions;


/// <summary>Where a value of a condition comes from.</summary>
public enum OperandField
{
    /// <summary>From the condition itself.</summary>
    Literal,

    /// <summary>Name of the span.</summary>
    SpanName,

    /// <summary>Kind of the span, as its number.</summary>
    SpanKind,

    /// <summary>Kind of the span, as a word such as <c>Server</c>; empty outside the specification.</summary>
    SpanKindText,

    /// <summary>Status code of the span, as its number.</summary>
    StatusCode,

    /// <summary>An attribute of the span; nil where it has none.</summary>
    SpanAttribute,

    /// <summary>Name of the span event.</summary>
    EventName,

    /// <summary>An attribute of the span event; nil where it has none.</summary>
    EventAttribute,

    /// <summary>An attribute of the resource; nil where it has none.</summary>
    ResourceAttribute,
}
