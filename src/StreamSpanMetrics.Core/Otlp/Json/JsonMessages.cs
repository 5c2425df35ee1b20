namespace StreamSpanMetrics.Core.Otlp.Json;

/// <summary>
/// The messages of a trace request, from opentelemetry-proto 1.11 (opentelemetry/proto/{collector/trace,trace,resource,common}/v1).
/// Fields stand in the order in which the Collector writes them (pdata/internal/generated_proto_*.go, MarshalJSON).
/// </summary>
internal static class JsonMessages
{
    /// <summary>Lengths below 128: a message of one or two short fields.</summary>
    private const int Short = 1;

    /// <summary>Lengths below 16384: a message with attributes.</summary>
    private const int Usual = 2;

    /// <summary>Lengths below 2^28: a message that holds many others, or that may stand at any depth, where moving would add up.</summary>
    private const int Any = 4;

    private static readonly JsonMessage ResourceSpans = new(Any);
    private static readonly JsonMessage ScopeSpans = new(Any);
    private static readonly JsonMessage Resource = new(Usual);
    private static readonly JsonMessage EntityRef = new(Usual);
    private static readonly JsonMessage Scope = new(Usual);
    private static readonly JsonMessage Span = new(Usual);
    private static readonly JsonMessage Event = new(Usual);
    private static readonly JsonMessage Link = new(Usual);
    private static readonly JsonMessage Status = new(Short);
    private static readonly JsonMessage KeyValue = new(Short);
    private static readonly JsonMessage AnyValue = new(Short);
    private static readonly JsonMessage ArrayValue = new(Any);
    private static readonly JsonMessage KeyValueList = new(Any);
    private static readonly JsonMessage InnerKeyValue = new(Any);
    private static readonly JsonMessage InnerAnyValue = new(Any);

    static JsonMessages()
    {
        Request.Define(List("resourceSpans", 1, ResourceSpans));
        ResourceSpans.Define(Nested("resource", 1, Resource), List("scopeSpans", 2, ScopeSpans), Text("schemaUrl", 3));
        ScopeSpans.Define(Nested("scope", 1, Scope), List("spans", 2, Span), Text("schemaUrl", 3));
        Resource.Define(List("attributes", 1, KeyValue), Number("droppedAttributesCount", 2), List("entityRefs", 3, EntityRef));
        EntityRef.Define(Text("schemaUrl", 1), Text("type", 2), Texts("idKeys", 3), Texts("descriptionKeys", 4));
        Scope.Define(Text("name", 1), Text("version", 2), List("attributes", 3, KeyValue), Number("droppedAttributesCount", 4));
        Event.Define(
            Scalar("timeUnixNano", 1, JsonFieldKind.Fixed64), Text("name", 2), List("attributes", 3, KeyValue),
            Number("droppedAttributesCount", 4));
        Link.Define(
            Scalar("traceId", 1, JsonFieldKind.TraceId), Scalar("spanId", 2, JsonFieldKind.SpanId), Text("traceState", 3),
            List("attributes", 4, KeyValue), Number("droppedAttributesCount", 5), Scalar("flags", 6, JsonFieldKind.Fixed32));
        Status.Define(
            Text("message", 2), JsonField.Enumeration("code", 3, "STATUS_CODE_UNSET", "STATUS_CODE_OK", "STATUS_CODE_ERROR"));
        DefineSpan();
        DefineValue(KeyValue, AnyValue);
        DefineValue(InnerKeyValue, InnerAnyValue);
        ArrayValue.Define(List("values", 1, InnerAnyValue));
        KeyValueList.Define(List("values", 1, InnerKeyValue));
    }

    /// <summary>ExportTraceServiceRequest, which is not inside another message and has no length.</summary>
    public static JsonMessage Request { get; } = new(0);

    private static void DefineSpan() => Span.Define(
        Scalar("traceId", 1, JsonFieldKind.TraceId),
        Scalar("spanId", 2, JsonFieldKind.SpanId),
        Text("traceState", 3),
        Scalar("parentSpanId", 4, JsonFieldKind.SpanId),
        Scalar("flags", OtlpTags.SpanFlagsNumber, JsonFieldKind.Fixed32),
        Text("name", 5),
        JsonField.Enumeration(
            "kind", 6, "SPAN_KIND_UNSPECIFIED", "SPAN_KIND_INTERNAL", "SPAN_KIND_SERVER", "SPAN_KIND_CLIENT", "SPAN_KIND_PRODUCER",
            "SPAN_KIND_CONSUMER"),
        Scalar("startTimeUnixNano", 7, JsonFieldKind.Fixed64),
        Scalar("endTimeUnixNano", 8, JsonFieldKind.Fixed64),
        List("attributes", 9, KeyValue),
        Number("droppedAttributesCount", 10),
        List("events", 11, Event),
        Number("droppedEventsCount", 12),
        List("links", 13, Link),
        Number("droppedLinksCount", 14),
        Nested("status", 15, Status));

    private static void DefineValue(JsonMessage pair, JsonMessage value)
    {
        pair.Define(Text("key", 1), Nested("value", 2, value), Scalar("keyStrindex", 3, JsonFieldKind.Int32));
        value.Define(
            Text("stringValue", 1),
            Scalar("boolValue", 2, JsonFieldKind.Bool),
            Scalar("intValue", 3, JsonFieldKind.Int64),
            Scalar("doubleValue", 4, JsonFieldKind.Double),
            JsonField.Nested("arrayValue", 5, JsonFieldKind.OneofMessage, ArrayValue),
            JsonField.Nested("kvlistValue", 6, JsonFieldKind.OneofMessage, KeyValueList),
            Scalar("bytesValue", 7, JsonFieldKind.Bytes),
            Scalar("stringValueStrindex", 8, JsonFieldKind.Int32));
    }

    private static JsonField Scalar(string name, int number, JsonFieldKind kind) => JsonField.Scalar(name, number, kind);

    private static JsonField Text(string name, int number) => JsonField.Scalar(name, number, JsonFieldKind.Text);

    private static JsonField Texts(string name, int number) => JsonField.Scalar(name, number, JsonFieldKind.Texts);

    private static JsonField Number(string name, int number) => JsonField.Scalar(name, number, JsonFieldKind.UInt32);

    private static JsonField Nested(string name, int number, JsonMessage message) =>
        JsonField.Nested(name, number, JsonFieldKind.Message, message);

    private static JsonField List(string name, int number, JsonMessage message) =>
        JsonField.Nested(name, number, JsonFieldKind.Messages, message);
}
