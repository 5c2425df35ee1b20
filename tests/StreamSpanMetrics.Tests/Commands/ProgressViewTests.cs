using Spectre.Console;
using StreamSpanMetrics.Commands;
using StreamSpanMetrics.Tests.Stages.Support;

namespace StreamSpanMetrics.Tests.Commands;

public sealed class ProgressViewTests : IDisposable
{
    private readonly StringWriter error = new() { NewLine = "\n" };
    private readonly ManualTime time = new(new DateTimeOffset(2026, 11, 27, 12, 0, 0, TimeSpan.Zero));

    public void Dispose() => error.Dispose();

    [Fact]
    public async Task Short_work_says_nothing()
    {
        await RunAsync(view =>
        {
            view.Report("spans.jsonl", 0, 100, "bytes");
            time.Advance(TimeSpan.FromSeconds(4));
            view.Report("spans.jsonl", 100, 100, "bytes");
        });
        Assert.Equal("", error.ToString());
    }

    [Fact]
    public async Task Long_work_gives_a_plain_line_every_5_seconds()
    {
        await RunAsync(view =>
        {
            for (int second = 1; second <= 12; second++)
            {
                time.Advance(TimeSpan.FromSeconds(1));
                view.Report("spans[red].jsonl", second, 12, "bytes");
            }
        });
        Assert.Equal("spans[red].jsonl: 5 of 12 bytes (42 %)\nspans[red].jsonl: 10 of 12 bytes (83 %)\n", error.ToString());
    }

    [Fact]
    public async Task In_a_terminal_bars_move_and_go_and_other_lines_stay()
    {
        using StringWriter terminal = new() { NewLine = "\n" };
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(terminal), Ansi = AnsiSupport.Yes, Interactive = InteractionSupport.Yes,
        });
        int result = await ProgressView.RunAsync(console, time, view =>
        {
            view.Report("spans[red]", 1, 2, "bytes");
            view.WriteLine("spans: line 3 is broken");
            time.Advance(TimeSpan.FromSeconds(1));
            view.Report("spans[red]", 2, 2, "bytes");
            return Task.FromResult(7);
        });
        Assert.Equal(7, result);
        Assert.Contains("spans: line 3 is broken", terminal.ToString(), StringComparison.Ordinal);
        Assert.Contains("\u001b[", terminal.ToString(), StringComparison.Ordinal);
    }

    private Task<int> RunAsync(Action<ProgressView> work) => ProgressView.RunAsync(Terminal.ForError(error), time, view =>
    {
        work(view);
        return Task.FromResult(0);
    });
}
