namespace StreamSpanMetrics.Stages;

/// <summary>What a poll brought.</summary>
public enum PollStatus
{
    /// <summary>Nothing within the time given; rebalances may have been served.</summary>
    Nothing,

    /// <summary>A record.</summary>
    Record,

    /// <summary>The position of a partition is no longer, or not yet, in the log (A8).</summary>
    OutOfRange,
}
