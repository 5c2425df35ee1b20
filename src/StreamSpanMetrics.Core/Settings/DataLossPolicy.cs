namespace StreamSpanMetrics.Core.Settings;

/// <summary>What happens when records are gone from the source topic before they could be read (A8).</summary>
public enum DataLossPolicy
{
    /// <summary>Note the hole in the deltas, log an error, count it, go on.</summary>
    Continue,

    /// <summary>Stop the worker.</summary>
    Stop,
}
