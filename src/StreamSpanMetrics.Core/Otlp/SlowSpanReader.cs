namespace StreamSpanMetrics.Core.Otlp;

/// <summary>
/// Reads any legal span, field by field: unknown fields, over-long varints, repeated scalars (the last one counts), and names the
/// problem of an illegal one. The twin of <see cref="SpanReader"/>.
/// </summary>
internal static class SlowSpanReader
{
    /// <summary>Reads the span in <paramref name="region"/> into <paramref name="view"/>.</summary>
    public static DecodeProblem Read(ReadOnlySpan<byte> record, ValueSlice region, SpanView view)
    {
        ProtoCursor span = new(record, region, MessageShape.Span);
        int start = span.Position;
        while (span.MoveNext())
        {
            DecodeProblem problem = ReadField(record, ref span, start, view);
            if (problem.Exists)
            {
                return problem;
            }

            start = span.Position;
        }

        return span.Problem;
    }

    /// <summary>Notes the attribute in <paramref name="region"/> if it is among the selected.</summary>
    public static DecodeProblem ReadAttribute(
        ReadOnlySpan<byte> record, ValueSlice region, AttributeSelector selector, ValueSlice[] values)
    {
        DecodeProblem problem = ReadKeyValue(record, region, out ValueSlice key, out ValueSlice value);
        if (!problem.Exists && selector.MayHaveLength(key.Length))
        {
            selector.Note(key.In(record), value, values);
        }

        return problem;
    }

    /// <summary>Finds key and value of a KeyValue; a missing key is an empty one, a missing value an empty one.</summary>
    public static DecodeProblem ReadKeyValue(ReadOnlySpan<byte> record, ValueSlice region, out ValueSlice key, out ValueSlice value)
    {
        key = default;
        value = default;
        ProtoCursor cursor = new(record, region, MessageShape.KeyValue);
        while (cursor.MoveNext())
        {
            if (cursor.Tag == OtlpTags.KeyValueKey)
            {
                key = cursor.Content;
            }
            else if (cursor.Tag == OtlpTags.KeyValueValue && (value.Length == 0 || AnyValueText.HasMember(cursor.Content.In(record))))
            {
                // A repeated message is merged, and merging a oneof replaces it: a part that sets nothing changes nothing.
                value = cursor.Content;
            }
        }

        return cursor.Problem;
    }

    private static DecodeProblem ReadField(ReadOnlySpan<byte> record, ref ProtoCursor span, int start, SpanView view)
    {
        switch (span.Tag)
        {
            case OtlpTags.SpanTraceId:
                view.TraceId = span.Content;
                return CheckId(span.Content.Length, OtlpTags.TraceIdBytes, start);
            case OtlpTags.SpanSpanId:
                view.SpanId = span.Content;
                return CheckId(span.Content.Length, OtlpTags.SpanIdBytes, start);
            case OtlpTags.SpanParentSpanId:
                return CheckId(span.Content.Length, OtlpTags.SpanIdBytes, start);
            case OtlpTags.SpanTraceState:
                view.TraceState = span.Content;
                break;
            case OtlpTags.SpanName:
                view.Name = span.Content;
                break;
            case OtlpTags.SpanKind:
                view.Kind = (int)span.Number;
                break;
            case OtlpTags.SpanStartTime:
                view.StartNanos = span.Number;
                break;
            case OtlpTags.SpanEndTime:
                view.EndNanos = span.Number;
                break;
            case OtlpTags.SpanAttributes:
                return ReadAttribute(record, span.Content, view.Selector, view.Values);
            case OtlpTags.SpanEvents when view.WantsEvents:
                view.AddEvent(span.Content);
                break;
            case OtlpTags.SpanStatus:
                return ReadStatus(record, span.Content, view);
            default:
                break;
        }

        return DecodeProblem.None;
    }

    private static DecodeProblem ReadStatus(ReadOnlySpan<byte> record, ValueSlice region, SpanView view)
    {
        ProtoCursor status = new(record, region, MessageShape.Status);
        while (status.MoveNext())
        {
            if (status.Tag == OtlpTags.StatusCode)
            {
                view.StatusCode = (int)status.Number;
            }
        }

        return status.Problem;
    }

    private static DecodeProblem CheckId(int length, int wanted, int position) =>
        length == 0 || length == wanted ? DecodeProblem.None : new DecodeProblem(DecodeCause.WrongIdLength, position);
}
