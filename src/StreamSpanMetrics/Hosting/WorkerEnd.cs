namespace StreamSpanMetrics.Hosting;

/// <summary>How a worker ended.</summary>
internal enum WorkerEnd
{
    /// <summary>It was told to.</summary>
    Stopped,

    /// <summary>It could not start.</summary>
    CouldNotStart,

    /// <summary>The application runs under other rules (S2).</summary>
    OtherRules,

    /// <summary>A stage failed.</summary>
    Failed,
}
