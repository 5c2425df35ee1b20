namespace StreamSpanMetrics.Core.Otlp;

/// <summary>
/// Reads the ids of a span. They say nothing about a series, so the readers pass over them; who needs them reads the span again.
/// </summary>
internal static class SpanIds
{
    /// <summary>Bytes of a trace id and a span id.</summary>
    public const int Bytes = OtlpTags.TraceIdBytes + OtlpTags.SpanIdBytes;

    /// <summary>
    /// Writes trace id and span id of the span in <paramref name="region"/>, which a reader has found in order; zeros where it has none.
    /// </summary>
    public static void Read(ReadOnlySpan<byte> record, ValueSlice region, Span<byte> ids)
    {
        ids[..Bytes].Clear();
        ProtoCursor span = new(record, region, MessageShape.Span);
        while (span.MoveNext())
        {
            if (span.Tag == OtlpTags.SpanTraceId)
            {
                Copy(span.Content.In(record), ids[..OtlpTags.TraceIdBytes]);
            }
            else if (span.Tag == OtlpTags.SpanSpanId)
            {
                Copy(span.Content.In(record), ids[OtlpTags.TraceIdBytes..Bytes]);
            }
        }
    }

    private static void Copy(ReadOnlySpan<byte> id, Span<byte> target)
    {
        target.Clear();
        id.CopyTo(target);
    }
}
