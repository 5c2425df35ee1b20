namespace StreamSpanMetrics.Core.Totals;

/// <summary>
/// Format numbers of the records of the state topic (S6): a release reads formats N and N-1. There is one format so far, so the two
/// limits are the same; when a second one comes, <see cref="Oldest"/> stays and <see cref="StateRecordReader"/> is where the older
/// message is turned into the newer one.
/// </summary>
public static class StateFormat
{
    /// <summary>The format that this release writes, and the newest that it reads.</summary>
    public const uint Newest = 1;

    /// <summary>The oldest format that this release reads.</summary>
    public const uint Oldest = 1;
}
