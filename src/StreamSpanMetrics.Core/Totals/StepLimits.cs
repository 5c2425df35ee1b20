namespace StreamSpanMetrics.Core.Totals;

/// <summary>What bounds the series of a resource in a step.</summary>
/// <param name="Series">Most series of a family besides the overflow series; 0 means no limit.</param>
/// <param name="LabelValues">Most values of a label in all series, besides <see cref="LabelSets.OverflowValue"/>; 0 means no limit.</param>
public readonly record struct StepLimits(int Series, int LabelValues)
{
    /// <summary>Whether there is any limit.</summary>
    public bool IsAny => Series > 0 || LabelValues > 0;
}
