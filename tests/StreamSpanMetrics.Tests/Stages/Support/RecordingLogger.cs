using Microsoft.Extensions.Logging;

namespace StreamSpanMetrics.Tests.Stages.Support;

/// <summary>Keeps what is logged, by event id.</summary>
internal sealed class RecordingLogger : ILogger
{
    private readonly List<(int Id, string Text)> lines = [];

    /// <summary>Texts logged under an event id.</summary>
    public IReadOnlyList<string> Texts(int id)
    {
        lock (lines)
        {
            return [.. lines.Where(line => line.Id == id).Select(line => line.Text)];
        }
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (lines)
        {
            lines.Add((eventId.Id, formatter(state, exception)));
        }
    }
}
