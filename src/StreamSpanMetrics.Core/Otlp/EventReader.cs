namespace StreamSpanMetrics.Core.Otlp;

/// <summary>Finds the selected attributes of a span event.</summary>
internal static class EventReader
{
    /// <summary>Reads the event in <paramref name="region"/>; <paramref name="values"/> receives the regions of its AnyValues.</summary>
    public static DecodeProblem Read(ReadOnlySpan<byte> record, ValueSlice region, AttributeSelector selector, ValueSlice[] values)
    {
        Array.Fill(values, ValueSlice.Absent);
        ProtoCursor cursor = new(record, region, MessageShape.Event);
        while (cursor.MoveNext())
        {
            if (cursor.Tag == OtlpTags.EventAttributes)
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
