namespace StreamSpanMetrics.Demo;

/// <summary>What one row of the demo's table and of its proof is about.</summary>
/// <param name="Service">Value of <c>service.name</c>.</param>
/// <param name="SpanName">Value of <c>span.name</c>.</param>
/// <param name="SpanKind">Value of <c>span.kind</c>, such as <c>SPAN_KIND_SERVER</c>.</param>
public readonly record struct OperationKey(string Service, string SpanName, string SpanKind)
{
    /// <summary>Orders by service, span name and kind, each by its code units.</summary>
    public static int Compare(OperationKey left, OperationKey right)
    {
        int order = string.CompareOrdinal(left.Service, right.Service);
        order = order != 0 ? order : string.CompareOrdinal(left.SpanName, right.SpanName);
        return order != 0 ? order : string.CompareOrdinal(left.SpanKind, right.SpanKind);
    }
}
