using Spectre.Console;
using StreamSpanMetrics.Demo;

namespace StreamSpanMetrics.Commands;

/// <summary>Consoles over the two streams of a command.</summary>
internal static class Terminal
{
    // Where there is no terminal nobody should guess a width: tables stay as wide as they are.
    private const int UnlimitedColumns = 1000;

    /// <summary>A console over the result's stream.</summary>
    public static IAnsiConsole ForOutput(TextWriter output) =>
        ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected
            ? RedTableView.CreateConsole(output, isTerminal: true, Environment.GetEnvironmentVariable)
            : Plain(output);

    /// <summary>A console over the stream of errors and progress.</summary>
    public static IAnsiConsole ForError(TextWriter error)
    {
        bool isTerminal = ReferenceEquals(error, Console.Error) && !Console.IsErrorRedirected;
        if (!isTerminal || Environment.GetEnvironmentVariable("TERM") == "dumb")
        {
            return Plain(error);
        }

        // Detection looks at standard output, which may well go to a file while a person watches this stream.
        bool colourless = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        return AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(error),
            Ansi = OperatingSystem.IsWindows() ? AnsiSupport.Detect : AnsiSupport.Yes,
            ColorSystem = colourless ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = InteractionSupport.Yes,
        });
    }

    private static IAnsiConsole Plain(TextWriter writer)
    {
        IAnsiConsole console = RedTableView.CreateConsole(writer, isTerminal: false, Environment.GetEnvironmentVariable);
        console.Profile.Width = UnlimitedColumns;
        return console;
    }
}
