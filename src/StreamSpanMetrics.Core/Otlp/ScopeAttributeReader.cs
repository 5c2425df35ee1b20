namespace StreamSpanMetrics.Core.Otlp;

/// <summary>Finds the selected attributes of an instrumentation scope.</summary>
internal static class ScopeAttributeReader
{
    /// <summary>
    /// Reads the scope of the ScopeSpans in <paramref name="region"/>, before its spans, since the Collector writes it behind them;
    /// <paramref name="values"/> receives the regions of its AnyValues.
    /// </summary>
    public static DecodeProblem Read(ReadOnlySpan<byte> record, ValueSlice region, AttributeSelector selector, ValueSlice[] values)
    {
        Array.Fill(values, ValueSlice.Absent);
        ProtoCursor fields = new(record, region, MessageShape.ScopeSpans);
        while (fields.MoveNext())
        {
            if (fields.Tag == OtlpTags.ScopeSpansScope)
            {
                DecodeProblem problem = ReadScope(record, fields.Content, selector, values);
                if (problem.Exists)
                {
                    return problem;
                }
            }
        }

        // What is wrong with the ScopeSpans itself is found, and placed, when its spans are read.
        return DecodeProblem.None;
    }

    private static DecodeProblem ReadScope(ReadOnlySpan<byte> record, ValueSlice region, AttributeSelector selector, ValueSlice[] values)
    {
        ProtoCursor scope = new(record, region, MessageShape.Scope);
        while (scope.MoveNext())
        {
            if (scope.Tag == OtlpTags.ScopeAttributes)
            {
                DecodeProblem problem = SlowSpanReader.ReadAttribute(record, scope.Content, selector, values);
                if (problem.Exists)
                {
                    return problem;
                }
            }
        }

        return scope.Problem;
    }
}
