using System.CommandLine;

namespace StreamSpanMetrics.Commands;

/// <summary>Runs one command line.</summary>
public static class CommandLine
{
    // Long enough for a worker to end its transactions and leave its groups, and within the 30 s that Kubernetes grants.
    private static readonly TimeSpan TerminationTimeout = TimeSpan.FromSeconds(25);

    /// <summary>
    /// Parses and runs <paramref name="args"/>; returns the exit code. SIGINT and SIGTERM cancel the command's token, and
    /// the command says itself how it ended then. What the commands do not foresee is a fault of the program and is printed whole.
    /// </summary>
    public static async Task<int> RunAsync(
        RootCommand root, IReadOnlyList<string> args, TextWriter? output = null, TextWriter? error = null)
    {
        root.HelpName = "spanmetrics";
        InvocationConfiguration configuration = new()
        {
            Output = output ?? Console.Out,
            Error = error ?? Console.Error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = TerminationTimeout,
        };
        try
        {
            return await root.Parse(args).InvokeAsync(configuration);
        }
        catch (Exception exception)
        {
            await configuration.Error.WriteLineAsync($"spanmetrics failed, and this is a fault of the program: {exception}");
            return ExitCode.Failed;
        }
    }
}
