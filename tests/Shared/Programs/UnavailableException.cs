namespace StreamSpanMetrics.Testing.Programs;

/// <summary>A real program is not on this machine; tests that need it are skipped with the message.</summary>
public sealed class UnavailableException(string message, Exception? cause = null) : Exception(message, cause);
