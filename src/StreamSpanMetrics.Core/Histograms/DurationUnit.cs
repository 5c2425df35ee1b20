namespace StreamSpanMetrics.Core.Histograms;

/// <summary>Unit of the published durations.</summary>
public enum DurationUnit
{
    /// <summary>Unit text <c>ms</c>.</summary>
    Milliseconds,

    /// <summary>Unit text <c>s</c>.</summary>
    Seconds,
}
