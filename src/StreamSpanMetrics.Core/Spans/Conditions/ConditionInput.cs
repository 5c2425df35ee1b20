using StreamSpanMetrics.Core.Otlp;

namespace StreamSpanMetrics.Core.Spans.Conditions;


/// <summary>What a condition looks at. Lives on the stack as long as the record's memory.</summary>
internal readonly ref struct ConditionInput
{
    /// <summary>The record that all regions are in.</summary>
    public required ReadOnlySpan<byte> Record { get; init; }

    /// <summary>The span.</summary>
    public required SpanView Span { get; init; }

    /// <summary>Its resource.</summary>
    public required ResourceEntry Resource { get; init; }

    /// <summary>Name of the span event; without meaning for a span.</summary>
    public ValueSlice EventName { get; init; }

    /// <summary>Values of the span event by slot; empty for a span.</summary>
    public ReadOnlySpan<ValueSlice> EventValues { get; init; }
}
