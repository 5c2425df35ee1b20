namespace StreamSpanMetrics.Core.Otlp;

/// <summary>
/// The fields of the span just read, as numbers and as regions of the record. One instance is reused for all spans: what it holds
/// is valid until the next span is read. Not thread-safe.
/// </summary>
public sealed class SpanView
{
    /// <summary>
    /// Room for the values of <paramref name="selector"/>'s attributes, and behind them for others that the reader leaves absent.
    /// </summary>
    public SpanView(AttributeSelector selector, int others = 0)
    {
        Selector = selector;
        Values = new ValueSlice[selector.Count + others];
    }

    /// <summary>The attributes that are looked for.</summary>
    public AttributeSelector Selector { get; }

    /// <summary>For each selected attribute the region of its AnyValue; absent where the span does not have it.</summary>
    public ValueSlice[] Values { get; }

    /// <summary>Whether the events' regions are noted.</summary>
    public bool WantsEvents { get; init; }

    /// <summary>Whether the regions of the ids are noted.</summary>
    public bool WantsIds { get; init; }

    /// <summary>The scopes whose name and version are noted; null if none are.</summary>
    public ScopeSelector? Scopes { get; init; }

    /// <summary>
    /// For each selected attribute the region of its AnyValue among those of the span's scope, the same for all spans of a scope; null if
    /// these are not looked for.
    /// </summary>
    public ValueSlice[]? ScopeValues { get; init; }

    /// <summary>Name of the span's scope if it is one of <see cref="Scopes"/>, else absent. The same for all spans of a scope.</summary>
    public ValueSlice ScopeName { get; internal set; } = ValueSlice.Absent;

    /// <summary>Version of that scope; empty or absent without one.</summary>
    public ValueSlice ScopeVersion { get; internal set; } = ValueSlice.Absent;

    /// <summary>The whole span message.</summary>
    public ValueSlice Region { get; internal set; }

    /// <summary>The <c>tracestate</c>; empty without one.</summary>
    public ValueSlice TraceState { get; internal set; }

    /// <summary>Whether the <c>tracestate</c> has a sampling threshold. Not read from the record, but noted by who looks into it.</summary>
    public bool IsExtrapolated { get; set; }

    /// <summary>Trace id, 16 bytes or none; only where ids are noted.</summary>
    public ValueSlice TraceId { get; internal set; }

    /// <summary>Span id, 8 bytes or none; only where ids are noted.</summary>
    public ValueSlice SpanId { get; internal set; }

    /// <summary>Span name.</summary>
    public ValueSlice Name { get; internal set; }

    /// <summary>The kind as it was written; numbers above 5 are not in the specification.</summary>
    public int Kind { get; internal set; }

    /// <summary>The status code as it was written; numbers above 2 are not in the specification.</summary>
    public int StatusCode { get; internal set; }

    /// <summary>Start in nanoseconds since 1970.</summary>
    public ulong StartNanos { get; internal set; }

    /// <summary>End in nanoseconds since 1970.</summary>
    public ulong EndNanos { get; internal set; }

    /// <summary>Number of events noted in this span.</summary>
    public int EventCount { get; private set; }

    private ValueSlice[] events = new ValueSlice[8];

    /// <summary>Duration; zero where the span ends before it starts, as in the connector.</summary>
    public ulong DurationNanos => EndNanos > StartNanos ? EndNanos - StartNanos : 0;

    /// <summary>The region of an event's message.</summary>
    public ValueSlice Event(int index) => events[index];

    /// <summary>Forgets the previous span.</summary>
    internal void Reset()
    {
        Array.Fill(Values, ValueSlice.Absent);
        TraceState = default;
        IsExtrapolated = false;
        Name = default;
        Kind = 0;
        StatusCode = 0;
        StartNanos = 0;
        EndNanos = 0;
        EventCount = 0;
        if (WantsIds)
        {
            TraceId = default;
            SpanId = default;
        }
    }

    internal void AddEvent(ValueSlice region)
    {
        if (EventCount == events.Length)
        {
            Array.Resize(ref events, events.Length * 2);
        }

        events[EventCount++] = region;
    }
}
