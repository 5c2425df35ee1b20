using Spectre.Console;

namespace StreamSpanMetrics.Demo;

/// <summary>Shows frames until it is stopped: a live table in a terminal, a block of plain lines every few seconds elsewhere.</summary>
public sealed class RedTableView
{
    private const int PlainRows = 12;
    private static readonly TimeSpan liveInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan plainInterval = TimeSpan.FromSeconds(5);

    private readonly IAnsiConsole console;
    private readonly TimeProvider time;

    /// <summary>Shows on <paramref name="console"/> at the pace of <paramref name="time"/>.</summary>
    public RedTableView(IAnsiConsole console, TimeProvider time)
    {
        this.console = console;
        this.time = time;
    }

    /// <summary>Whether the table lives in the terminal rather than being printed again and again.</summary>
    public bool IsLive => console.Profile.Capabilities.Interactive && console.Profile.Capabilities.Ansi;

    /// <summary>
    /// A console for this output. Without a terminal it writes no control codes; with <c>NO_COLOR</c> set to anything but an empty text
    /// (https://no-color.org) it writes no colours.
    /// </summary>
    /// <param name="output">Where to write.</param>
    /// <param name="isTerminal">Whether a person's terminal is at the other end.</param>
    /// <param name="environment">Looks up an environment variable.</param>
    public static IAnsiConsole CreateConsole(TextWriter output, bool isTerminal, Func<string, string?> environment)
    {
        bool colourless = !isTerminal || !string.IsNullOrEmpty(environment("NO_COLOR"));
        return AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(output),
            Ansi = isTerminal && environment("TERM") != "dumb" ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = colourless ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
            Interactive = isTerminal ? InteractionSupport.Detect : InteractionSupport.No,
        });
    }

    /// <summary>Shows what <paramref name="frame"/> gives, a last time after <paramref name="stop"/>; ends without an exception.</summary>
    public Task RunAsync(Func<RedFrame> frame, CancellationToken stop) => IsLive ? RunLiveAsync(frame, stop) : RunPlainAsync(frame, stop);

    private async Task RunLiveAsync(Func<RedFrame> frame, CancellationToken stop)
    {
        await console.Live(RedTableLayout.Build(frame(), console.Profile.Width, console.Profile.Height))
            .Overflow(VerticalOverflow.Crop)
            .StartAsync(async context =>
            {
                while (!stop.IsCancellationRequested)
                {
                    await PauseAsync(liveInterval, stop);
                    context.UpdateTarget(RedTableLayout.Build(frame(), console.Profile.Width, console.Profile.Height));
                }
            });
    }

    // Straight to the writer: the console would break long lines at 80 columns where it sees no terminal.
    private async Task RunPlainAsync(Func<RedFrame> frame, CancellationToken stop)
    {
        TextWriter output = console.Profile.Out.Writer;
        string note = frame().Note;
        if (note.Length > 0)
        {
            await output.WriteLineAsync(note);
        }

        while (!stop.IsCancellationRequested)
        {
            await PauseAsync(plainInterval, stop);
            foreach (string line in PlainRedText.Lines(frame(), PlainRows))
            {
                await output.WriteLineAsync(line);
            }

            await output.FlushAsync(CancellationToken.None);
        }
    }

    private async Task PauseAsync(TimeSpan pause, CancellationToken stop)
    {
        await Task.Delay(pause, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
