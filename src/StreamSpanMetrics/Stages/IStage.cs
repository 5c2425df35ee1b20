namespace StreamSpanMetrics.Stages;

/// <summary>One thread of a stage.</summary>
public interface IStage
{
    /// <summary>Name for logs and threads.</summary>
    string Name { get; }

    /// <summary>
    /// Runs until <paramref name="stop"/> is set, then commits what is ready and leaves. Throws only what ends the program.
    /// </summary>
    void Run(CancellationToken stop);
}
