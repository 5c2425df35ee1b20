using Spectre.Console;
using StreamSpanMetrics.Demo;

namespace StreamSpanMetrics.Commands;

/// <summary>Consoles over the two streams of a command.</summary>
internal static class Terminal
{
    // Where there is no terminal nobody should guess a width: tables stay as wide as they are.
    private const int UnlimitedColumns = 1000;

    /// <summary>A console over the result's stream.</summary>
    public static IAnsiConsole ForOutput(TextWriter output) => Create(output, ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected);

    /// <summary>A console over the stream of errors and progress.</summary>
    public static IAnsiConsole ForError(TextWriter error) => Create(error, ReferenceEquals(error, Console.Error) && !Console.IsErrorRedirected);

    private static IAnsiConsole Create(TextWriter writer, bool isTerminal)
    {
        IAnsiConsole console = RedTableView.CreateConsole(writer, isTerminal, Environment.GetEnvironmentVariable);
        if (!isTerminal)
        {
            console.Profile.Width = UnlimitedColumns;
        }

        return console;
    }
}
