using System.CommandLine;
using StreamSpanMetrics.Configuration;
using StreamSpanMetrics.Core.Settings;

namespace StreamSpanMetrics.Commands;

/// <summary><c>print-config</c>: the settings as they take effect, defaults included, secrets left out.</summary>
public static class PrintConfigCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Func<string, string?>? environment = null)
    {
        SettingsOption config = new(environment: environment);
        Command command = new("print-config", "Print the effective settings, defaults filled in, as a settings file.") { config };
        command.SetAction(parsed =>
        {
            if (!config.TryLoad(parsed, out ProcessorSettings? settings))
            {
                return ExitCode.BadConfiguration;
            }

            parsed.InvocationConfiguration.Output.Write(SettingsWriter.Write(settings));
            return ExitCode.Ok;
        });
        return command;
    }
}
