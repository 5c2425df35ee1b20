namespace StreamSpanMetrics.Simulation.Worlds;

/// <summary>A place for a worker: when it ends, another one follows.</summary>
internal sealed class WorkerSlot(Stage stage, int index)
{
    /// <summary>What its workers do.</summary>
    public Stage Stage => stage;

    /// <summary>Number among the slots of the stage.</summary>
    public int Index => index;

    /// <summary>The worker; null while there is none.</summary>
    public Worker? Worker { get; set; }

    /// <summary>When the next worker starts, in ticks.</summary>
    public long RestartTicks { get; set; }
}
