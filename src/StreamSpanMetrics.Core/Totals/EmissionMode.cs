namespace StreamSpanMetrics.Core.Totals;

/// <summary>Which series of a shard have a point at the end of a step.</summary>
public enum EmissionMode
{
    /// <summary>Every live one, as a scrape would see it.</summary>
    All,

    /// <summary>Those that changed lately, the others at each heartbeat (P-1).</summary>
    Changed,

    /// <summary>Those that changed in the step, by how much they did: points of delta temporality.</summary>
    Delta,
}
