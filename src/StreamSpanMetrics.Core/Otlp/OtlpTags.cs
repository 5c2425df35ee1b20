namespace StreamSpanMetrics.Core.Otlp;

/// <summary>
/// Tag bytes (field number &lt;&lt; 3 | wire type) of the OTLP messages on the trace path, from opentelemetry-proto 1.11
/// (opentelemetry/proto/{trace,resource,common}/v1). All but <see cref="SpanFlagsNumber"/> fit one byte.
/// </summary>
internal static class OtlpTags
{
    public const int WireVarint = 0;
    public const int WireFixed64 = 1;
    public const int WireLength = 2;
    public const int WireGroupStart = 3;
    public const int WireGroupEnd = 4;
    public const int WireFixed32 = 5;

    public const byte RequestResourceSpans = (1 << 3) | WireLength;

    public const byte ResourceSpansResource = (1 << 3) | WireLength;
    public const byte ResourceSpansScopeSpans = (2 << 3) | WireLength;
    public const byte ResourceSpansSchemaUrl = (3 << 3) | WireLength;

    public const byte ScopeSpansScope = (1 << 3) | WireLength;
    public const byte ScopeSpansSpans = (2 << 3) | WireLength;
    public const byte ScopeSpansSchemaUrl = (3 << 3) | WireLength;

    public const byte ScopeName = (1 << 3) | WireLength;
    public const byte ScopeVersion = (2 << 3) | WireLength;
    public const byte ScopeAttributes = (3 << 3) | WireLength;

    public const byte ResourceAttributes = (1 << 3) | WireLength;

    public const byte SpanTraceId = (1 << 3) | WireLength;
    public const byte SpanSpanId = (2 << 3) | WireLength;
    public const byte SpanTraceState = (3 << 3) | WireLength;
    public const byte SpanParentSpanId = (4 << 3) | WireLength;
    public const byte SpanName = (5 << 3) | WireLength;
    public const byte SpanKind = (6 << 3) | WireVarint;
    public const byte SpanStartTime = (7 << 3) | WireFixed64;
    public const byte SpanEndTime = (8 << 3) | WireFixed64;
    public const byte SpanAttributes = (9 << 3) | WireLength;
    public const byte SpanDroppedAttributes = (10 << 3) | WireVarint;
    public const byte SpanEvents = (11 << 3) | WireLength;
    public const byte SpanDroppedEvents = (12 << 3) | WireVarint;
    public const byte SpanLinks = (13 << 3) | WireLength;
    public const byte SpanDroppedLinks = (14 << 3) | WireVarint;
    public const byte SpanStatus = (15 << 3) | WireLength;
    public const int SpanFlagsNumber = 16;

    public const byte StatusMessage = (2 << 3) | WireLength;
    public const byte StatusCode = (3 << 3) | WireVarint;

    public const byte EventTime = (1 << 3) | WireFixed64;
    public const byte EventName = (2 << 3) | WireLength;
    public const byte EventAttributes = (3 << 3) | WireLength;
    public const byte EventDroppedAttributes = (4 << 3) | WireVarint;

    public const byte KeyValueKey = (1 << 3) | WireLength;
    public const byte KeyValueValue = (2 << 3) | WireLength;

    public const byte AnyValueString = (1 << 3) | WireLength;
    public const byte AnyValueBool = (2 << 3) | WireVarint;
    public const byte AnyValueInt = (3 << 3) | WireVarint;
    public const byte AnyValueDouble = (4 << 3) | WireFixed64;
    public const byte AnyValueArray = (5 << 3) | WireLength;
    public const byte AnyValueMap = (6 << 3) | WireLength;
    public const byte AnyValueBytes = (7 << 3) | WireLength;

    /// <summary>A member of the oneof that only profiles use: elsewhere the value is as good as absent.</summary>
    public const byte AnyValueStringIndex = (8 << 3) | WireVarint;

    public const byte ListValues = (1 << 3) | WireLength;

    /// <summary>Bytes of a trace id (W3C Trace Context).</summary>
    public const int TraceIdBytes = 16;

    /// <summary>Bytes of a span id (W3C Trace Context).</summary>
    public const int SpanIdBytes = 8;
}
