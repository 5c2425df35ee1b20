namespace StreamSpanMetrics.Simulation.Scheduling;

/// <summary>Thrown through product code to end a thread as a killed process would: every later call of its clients throws it again.</summary>
internal sealed class SimulatedCrashException : Exception
{
    /// <summary>A crash.</summary>
    public SimulatedCrashException()
    {
    }

    /// <summary>A crash with a text.</summary>
    public SimulatedCrashException(string message)
        : base(message)
    {
    }

    /// <summary>A crash with a text and a cause.</summary>
    public SimulatedCrashException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
