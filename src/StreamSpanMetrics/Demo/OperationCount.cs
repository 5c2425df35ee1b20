namespace StreamSpanMetrics.Demo;

/// <summary>How many spans an operation has.</summary>
/// <param name="Spans">All of them.</param>
/// <param name="Errors">Those whose status is ERROR.</param>
public readonly record struct OperationCount(long Spans, long Errors)
{
    public OperationCount Plus(OperationCount other) => new(Spans + other.Spans, Errors + other.Errors);
}
