using System.CommandLine;
using Microsoft.Extensions.Logging;
using StreamSpanMetrics.Configuration;
using StreamSpanMetrics.Demo;
using StreamSpanMetrics.Hosting;

namespace StreamSpanMetrics.Commands;

/// <summary><c>demo</c>: the main job in one process, without Kafka, Docker, network or settings.</summary>
public static class DemoCommand
{
    private const int DefaultSpansPerSecond = 2000;

    /// <summary>The in-process broker keeps 5 MiB per partition: faster traffic would overtake the reader.</summary>
    private const int MaxSpansPerSecond = 10_000;

    private const int DefaultPort = 9464;

    /// <summary>The command.</summary>
    public static Command Create()
    {
        Option<string?> duration = new("--duration") { Description = "How long traffic is made, such as 60s; without it until Ctrl-C." };
        Option<int> rate = new("--rate") { Description = "Spans per second, 1 to 10000.", DefaultValueFactory = _ => DefaultSpansPerSecond };
        Option<int> seed = new("--seed") { Description = "Seed of the traffic.", DefaultValueFactory = _ => 1 };
        Option<int> port = new("--port")
        {
            Description = "Port of the page /series; 0 takes any free one.",
            DefaultValueFactory = _ => DefaultPort,
        };
        rate.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > MaxSpansPerSecond)
            {
                result.AddError($"--rate must be from 1 to {MaxSpansPerSecond}.");
            }
        });
        duration.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string?>() is string text && !TryParse(text, out _))
            {
                result.AddError($"--duration must be a positive duration such as 90s or 5m, not '{text}'.");
            }
        });
        Command command = new("demo", "Show the main job with made-up traffic: no Kafka, no Docker, no settings.") { duration, rate, seed, port };
        command.SetAction((parsed, stop) => RunAsync(
            new DemoOptions(Duration(parsed.GetValue(duration)), parsed.GetValue(rate), parsed.GetValue(seed), parsed.GetValue(port)),
            parsed, stop));
        return command;
    }

    private static async Task<int> RunAsync(DemoOptions options, ParseResult parsed, CancellationToken stop)
    {
        using ILoggerFactory logging = ConsoleLogging.Create(LogLevel.Error);
        DemoRun run = new(options, TimeProvider.System, parsed.InvocationConfiguration.Output, logging.CreateLogger("demo"));
        return await run.RunAsync(stop).ConfigureAwait(false) ? ExitCode.Ok : ExitCode.Failed;
    }

    private static TimeSpan? Duration(string? text) => text is not null && TryParse(text, out TimeSpan duration) ? duration : null;

    private static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        if (!GoDuration.TryParse(text, out long nanos) || nanos <= 0)
        {
            return false;
        }

        duration = TimeSpan.FromTicks(nanos / TimeSpan.NanosecondsPerTick);
        return true;
    }
}
