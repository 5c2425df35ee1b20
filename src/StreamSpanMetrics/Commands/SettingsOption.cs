using System.CommandLine;
using System.Diagnostics.CodeAnalysis;
using StreamSpanMetrics.Configuration;
using StreamSpanMetrics.Core.Settings;

namespace StreamSpanMetrics.Commands;

/// <summary>The option <c>--config FILE</c> of every command that needs settings.</summary>
public sealed class SettingsOption : Option<string>
{
    private readonly Func<string, string?> environment;

    /// <summary>The option; if it is not <paramref name="required"/>, its absence means default settings.</summary>
    public SettingsOption(bool required = true, Func<string, string?>? environment = null)
        : base("--config", "-c")
    {
        Description = "Settings file, in the shape of an OpenTelemetry Collector's.";
        HelpName = "FILE";
        Required = required;
        this.environment = environment ?? Environment.GetEnvironmentVariable;
    }

    /// <summary>Whether the command reads spans from Kafka, and a file without a receiver for them deserves a warning.</summary>
    public bool NeedsReceiver { get; init; } = true;

    /// <summary>Reads the file; prints nothing.</summary>
    public ConfigurationResult Read(ParseResult parsed)
    {
        string? path = parsed.GetValue(this);
        return path is null
            ? new ConfigurationResult(new ProcessorSettings(), [])
            : ConfigurationLoader.LoadFile(path, environment, NeedsReceiver);
    }

    /// <summary>
    /// Reads the file and prints its problems to the error stream; false if there are no usable settings, and the command then ends with
    /// <see cref="ExitCode.BadConfiguration"/>.
    /// </summary>
    public bool TryLoad(ParseResult parsed, [NotNullWhen(true)] out ProcessorSettings? settings)
    {
        ConfigurationResult result = Read(parsed);
        ProblemPrinter.PrintText(result.Problems, parsed.InvocationConfiguration.Error);
        settings = result.Settings is ProcessorSettings read ? read with { File = parsed.GetValue(this) } : null;
        return settings is not null;
    }
}
