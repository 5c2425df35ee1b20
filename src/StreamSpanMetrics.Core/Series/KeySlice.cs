namespace StreamSpanMetrics.Core.Series;

/// <summary>Where a key lies in an arena.</summary>
internal struct KeySlice
{
    /// <summary>Position of its first byte.</summary>
    public int Start;

    /// <summary>Its bytes.</summary>
    public int Length;
}
