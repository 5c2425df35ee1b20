namespace StreamSpanMetrics.Integration.Tests.Support;

/// <summary>The real OpenTelemetry Collector: a program on the machine, or one in a container that shares the machine's network.</summary>
public sealed class CollectorProgram
{
    private readonly string program;
    private readonly string? image;

    /// <summary>Names the program; with an image it is Docker's command line.</summary>
    public CollectorProgram(string program, string? image = null)
    {
        this.program = program;
        this.image = image;
    }

    /// <summary>Runs <c>validate</c> over a settings file and returns the ended process: exit code 0 says that the file is good.</summary>
    /// <param name="folder">Holds the file; a container gets to see it under the same path.</param>
    /// <param name="file">Name of the settings file in the folder.</param>
    /// <param name="environment">Variables for <c>${env:NAME}</c>.</param>
    public Task<ChildProcess> ValidateAsync(
        TemporaryFolder folder, string file, IReadOnlyDictionary<string, string?>? environment = null) =>
        ChildProcess.RunAsync(program, Arguments(folder, environment, "validate", "--config", folder.PathOf(file)), environment);

    /// <summary>Starts the Collector; the caller disposes of it, or ends it gracefully with <see cref="ChildProcess.Terminate"/>.</summary>
    /// <param name="folder">Holds the file; a container gets to see it under the same path.</param>
    /// <param name="file">Name of the settings file in the folder.</param>
    /// <param name="environment">Variables for <c>${env:NAME}</c>.</param>
    /// <param name="gates">Feature gates, those with a minus being switched off.</param>
    public ChildProcess Start(
        TemporaryFolder folder, string file, IReadOnlyDictionary<string, string?>? environment = null, string gates = "")
    {
        string[] features = gates.Length == 0 ? [] : ["--feature-gates", gates];
        return ChildProcess.Start(program, Arguments(folder, environment, ["--config", folder.PathOf(file), .. features]), environment);
    }

    private string[] Arguments(
        TemporaryFolder folder, IReadOnlyDictionary<string, string?>? environment, params string[] arguments)
    {
        if (image is null)
        {
            return arguments;
        }

        IEnumerable<string> variables = (environment?.Keys ?? []).SelectMany(name => new[] { "--env", name });
        string[] container = ["run", "--rm", "--network", "host", "--user", "0", "--volume", $"{folder.Path}:{folder.Path}"];
        return [.. container, .. variables, image, .. arguments];
    }
}
