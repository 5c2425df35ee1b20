using System.CommandLine;
using Microsoft.Extensions.Logging;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Hosting;

namespace StreamSpanMetrics.Commands;

/// <summary><c>run</c>: a worker.</summary>
public static class RunCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        SettingsOption config = new(required: false);
        Option<string[]> stages = new("--stages")
        {
            Description = "Stages to run here, overriding stream.stages: aggregate, merge, export.",
            AllowMultipleArgumentsPerToken = true,
        };
        stages.AcceptOnlyFromAmong([.. StreamSettings.AllStages]);
        Option<bool> drain = new("--drain")
        {
            Description = "Run merge alone, until all that was aggregated is merged and every step is closed, and end: another application can "
                + "take over then (stream.predecessor). All other workers of the application must be stopped.",
        };
        Command command = new("run", "Run a worker until it is told to stop (SIGTERM, Ctrl-C).") { config, stages, drain };
        command.SetAction((parsed, stop) => RunAsync(
            config, parsed, parsed.GetValue(drain) ? ["merge"] : parsed.GetValue(stages) ?? [], parsed.GetValue(drain), stop));
        return command;
    }

    private static async Task<int> RunAsync(SettingsOption config, ParseResult parsed, string[] stages, bool drain, CancellationToken stop)
    {
        if (!config.TryLoad(parsed, out ProcessorSettings? settings))
        {
            return ExitCode.BadConfiguration;
        }

        if (stages.Length > 0)
        {
            settings = settings with { Stream = settings.Stream with { Stages = stages } };
        }

        using ILoggerFactory logging = ConsoleLogging.Create(LogLevel.Information);
        Worker worker = new(settings, TimeProvider.System, logging.CreateLogger("spanmetrics")) { IsDraining = drain };
        return await worker.RunAsync(stop).ConfigureAwait(false) switch
        {
            WorkerEnd.Stopped => ExitCode.Ok,
            WorkerEnd.CouldNotStart => ExitCode.CouldNotStart,
            WorkerEnd.OtherRules => ExitCode.BadConfiguration,
            _ => ExitCode.Failed,
        };
    }
}
