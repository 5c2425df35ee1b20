using System.CommandLine;
using System.Reflection;

namespace StreamSpanMetrics.Commands;

/// <summary><c>version</c>: which build this is.</summary>
public static class VersionCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        Command command = new("version", "Print the version.");
        command.SetAction(parsed =>
        {
            Assembly assembly = typeof(VersionCommand).Assembly;
            string? version = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
            parsed.InvocationConfiguration.Output.WriteLine("spanmetrics " + version);
            return ExitCode.Ok;
        });
        return command;
    }
}
