using Microsoft.Extensions.Logging;

namespace StreamSpanMetrics.Simulation.Worlds;

/// <summary>Hands on what a worker logs as critical or as an error; the rest is not even formatted.</summary>
internal sealed class StopLogger(Action<LogLevel, string> told) : ILogger
{
    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

    /// <inheritdoc/>
    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            told(logLevel, formatter(state, exception));
        }
    }
}
