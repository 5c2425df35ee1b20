namespace StreamSpanMetrics.Core.Otlp;

/// <summary>
/// Reads the ids of a span. They say nothing about a series, so the readers pass over them; who needs them now and then reads the span again,
/// and who needs those of every span has them noted.
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

    /// <summary>The same of the span in <paramref name="view"/>, whose reader has noted where they are.</summary>
    public static void Read(ReadOnlySpan<byte> record, SpanView view, Span<byte> ids)
    {
        Copy(view.TraceId.In(record), ids[..OtlpTags.TraceIdBytes]);
        Copy(view.SpanId.In(record), ids[OtlpTags.TraceIdBytes..Bytes]);
    }

    private static void Copy(ReadOnlySpan<byte> id, Span<byte> target)
    {
        target.Clear();
        id.CopyTo(target);
    }
}
