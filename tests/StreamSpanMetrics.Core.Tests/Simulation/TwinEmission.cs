namespace StreamSpanMetrics.Core.Tests.Simulation;

/// <summary>
/// When the slow twin sends a series, counted from step to step; without numbers, at every one. What was sent is remembered, so nothing
/// has to be derived.
/// </summary>
/// <param name="ActiveSteps">Steps behind the last change at which it is still sent.</param>
/// <param name="HeartbeatSteps">Steps from one point to the next from then on.</param>
internal sealed record TwinEmission(long? ActiveSteps, long? HeartbeatSteps)
{
    /// <summary>Points of delta temporality: of what changed in the step alone.</summary>
    public bool IsDelta { get; init; }

    public bool IsDue(TwinSeries series, long step)
    {
        if (IsDelta)
        {
            return series.LastChange == step;
        }

        if (ActiveSteps is null || step - series.LastChange <= ActiveSteps)
        {
            series.LastPlannedStep = step;
            return true;
        }

        if (step - series.LastPlannedStep != HeartbeatSteps)
        {
            return false;
        }

        series.LastPlannedStep = step;
        return true;
    }
}
