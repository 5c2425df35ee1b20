namespace StreamSpanMetrics.Core.Totals;

/// <summary>Format numbers of the records of the state topic (S6).</summary>
public static class StateFormat
{
    /// <summary>The format that this release writes, and the newest that it reads.</summary>
    public const uint Newest = 1;
}
