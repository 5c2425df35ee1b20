using StreamSpanMetrics.Core.Spans.Conditions;

namespace StreamSpanMetrics.Core.Settings.Conditions;


/// <summary>The fields that conditions know, by their paths, and the words that stand for numbers.</summary>
internal static class ConditionFields
{
    /// <summary>Words for numbers, as OTTL has them for spans (pkg/ottl/contexts/internal/ctxspan).</summary>
    public static readonly IReadOnlyDictionary<string, long> Numbers = new Dictionary<string, long>(StringComparer.Ordinal)
    {
        ["SPAN_KIND_UNSPECIFIED"] = 0,
        ["SPAN_KIND_INTERNAL"] = 1,
        ["SPAN_KIND_SERVER"] = 2,
        ["SPAN_KIND_CLIENT"] = 3,
        ["SPAN_KIND_PRODUCER"] = 4,
        ["SPAN_KIND_CONSUMER"] = 5,
        ["STATUS_CODE_UNSET"] = 0,
        ["STATUS_CODE_OK"] = 1,
        ["STATUS_CODE_ERROR"] = 2,
    };

    /// <summary>What is known where spans are counted.</summary>
    public const string OfSpans =
        "known are name, kind, kind.string, status.code and attributes[\"...\"], with or without 'span.' before them, and "
        + "resource.attributes[\"...\"]";

    /// <summary>What is known where span events are counted.</summary>
    public const string OfEvents =
        "known are name and attributes[\"...\"] of the event, with or without 'spanevent.' before them, those of the span with 'span.', and "
        + "resource.attributes[\"...\"]";

    /// <summary>The field at <paramref name="path"/>; null if there is none.</summary>
    public static OperandField? Find(string path, bool isOfEvents)
    {
        string whole = path.StartsWith("span.", StringComparison.Ordinal) || path.StartsWith("spanevent.", StringComparison.Ordinal)
            || path.StartsWith("resource.", StringComparison.Ordinal)
                ? path
                : (isOfEvents ? "spanevent." : "span.") + path;
        return whole switch
        {
            "span.name" => OperandField.SpanName,
            "span.kind" => OperandField.SpanKind,
            "span.kind.string" => OperandField.SpanKindText,
            "span.status.code" => OperandField.StatusCode,
            "span.attributes" => OperandField.SpanAttribute,
            "spanevent.name" when isOfEvents => OperandField.EventName,
            "spanevent.attributes" when isOfEvents => OperandField.EventAttribute,
            "resource.attributes" => OperandField.ResourceAttribute,
            _ => null,
        };
    }
}
