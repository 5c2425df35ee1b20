namespace StreamSpanMetrics.Demo;

/// <summary>Rate, errors and durations of one operation in the last window, all other labels summed.</summary>
/// <param name="Key">The operation.</param>
/// <param name="CallsPerSecond">Calls per second of point time; 0 before two points are known.</param>
/// <param name="ErrorShare">Share of failed calls in the window, 0 to 1; NaN without calls.</param>
/// <param name="P50Millis">Median duration in ms; NaN without calls.</param>
/// <param name="P95Millis">95th percentile in ms; NaN without calls.</param>
/// <param name="P99Millis">99th percentile in ms; NaN without calls.</param>
/// <param name="Total">All calls and errors since the series began.</param>
/// <param name="Stale">Whether its points stopped while others go on.</param>
public sealed record RedRow(
    OperationKey Key,
    double CallsPerSecond,
    double ErrorShare,
    double P50Millis,
    double P95Millis,
    double P99Millis,
    OperationCount Total,
    bool Stale);
