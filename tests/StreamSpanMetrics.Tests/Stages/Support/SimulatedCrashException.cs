namespace StreamSpanMetrics.Tests.Stages.Support;

/// <summary>Thrown through a loop to end it as a killed process would: nothing is handed over.</summary>
internal sealed class SimulatedCrashException : Exception;
