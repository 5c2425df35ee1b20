namespace StreamSpanMetrics.Core.Otlp;

/// <summary>Finds the selected attributes of a span event.</summary>
internal static class EventReader
{
    /// <summary>Reads the event in <paramref name="region"/>; <paramref name="values"/> receives the regions of its AnyValues.</summary>
    public static DecodeProblem Read(ReadOnlySpan<byte> record, ValueSlice region, AttributeSelector selector, ValueSlice[] values) =>
        Read(record, region, selector, values, out _);

    /// <summary>The same, with the event's name, which is empty where it has none.</summary>
    public static DecodeProblem Read(
        ReadOnlySpan<byte> record, ValueSlice region, AttributeSelector selector, ValueSlice[] values, out ValueSlice name)
    {
        name = default;
        Array.Fill(values, ValueSlice.Absent);
        ProtoCursor cursor = new(record, region, MessageShape.Event);
        while (cursor.MoveNext())
        {
            if (cursor.Tag == OtlpTags.EventName)
            {
                name = cursor.Content;
            }
            else if (cursor.Tag == OtlpTags.EventAttributes)
            {
                DecodeProblem problem = SlowSpanReader.ReadAttribute(record, cursor.Content, selector, values);
                if (problem.Exists)
                {
                    return problem;
                }
            }
        }

        return cursor.Problem;
    }
}
