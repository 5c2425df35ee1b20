using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace StreamSpanMetrics.Hosting;

/// <summary>Logs for a terminal or a container: one line a message, on the error stream.</summary>
internal static class ConsoleLogging
{
    /// <summary>A factory; dispose it to flush.</summary>
    public static ILoggerFactory Create(LogLevel lowest) => LoggerFactory.Create(builder => builder
        .SetMinimumLevel(lowest)
        .AddSimpleConsole(options =>
        {
            options.SingleLine = true;
            options.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            options.UseUtcTimestamp = true;
        })
        .Services.Configure<ConsoleLoggerOptions>(options => options.LogToStandardErrorThreshold = LogLevel.Trace));
}
