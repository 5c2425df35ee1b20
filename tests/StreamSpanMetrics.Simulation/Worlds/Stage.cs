namespace StreamSpanMetrics.Simulation.Worlds;

/// <summary>The three stages.</summary>
internal enum Stage
{
    Aggregate,
    Merge,
    Export,
}
