namespace StreamSpanMetrics.Benchmarks.Topics;

/// <summary>What one reader of the topic took.</summary>
/// <param name="Reader">Who read.</param>
/// <param name="CountedSpans">Spans in the sum of all call counters that reached remote write; of the bare consumer: null.</param>
/// <param name="WallSeconds">From the assignment of the partitions until all was read and, but for the bare consumer, counted.</param>
/// <param name="CpuSeconds">User and system time of the process in that time.</param>
/// <param name="PeakBytes">Largest resident set of the process.</param>
internal sealed record Figures(string Reader, long? CountedSpans, double WallSeconds, double CpuSeconds, long PeakBytes)
{
    /// <summary>From the assignment until the group had committed all; ours commits with its deltas, every fifth of a step.</summary>
    public double? WallSecondsToCommit { get; init; }

    /// <summary>As <see cref="CpuSeconds"/>, until the group had committed all.</summary>
    public double? CpuSecondsToCommit { get; init; }

    /// <summary>From the assignment until remote write took the last call count; the wait for the end of the step included.</summary>
    public double? WallSecondsToSamples { get; init; }

    /// <summary>As <see cref="CpuSeconds"/>, until remote write took the last call count.</summary>
    public double? CpuSecondsToSamples { get; init; }

    /// <summary>Upper bound of the longest freeze of a cut, in milliseconds.</summary>
    public double? LongestCutMillis { get; init; }

    /// <summary>Upper bound of the longest turn of the merge loop, from poll to poll, in milliseconds.</summary>
    public double? LongestMergePauseMillis { get; init; }
}
