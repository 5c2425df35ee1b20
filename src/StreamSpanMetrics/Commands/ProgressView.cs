using System.Globalization;
using Spectre.Console;

namespace StreamSpanMetrics.Commands;

/// <summary>
/// Shows how far long work is: bars in a terminal, elsewhere a plain line at most every few seconds, so that short work says nothing.
/// Meant for the error stream: standard output belongs to the result.
/// </summary>
internal sealed class ProgressView
{
    private static readonly TimeSpan LiveInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan PlainInterval = TimeSpan.FromSeconds(5);

    private readonly IAnsiConsole console;
    private readonly TimeProvider time;
    private readonly ProgressContext? bars;
    private readonly Dictionary<string, ProgressTask> tasks = new(StringComparer.Ordinal);
    private long last;

    private ProgressView(IAnsiConsole console, TimeProvider time, ProgressContext? bars)
    {
        this.console = console;
        this.time = time;
        this.bars = bars;
        last = time.GetTimestamp();
    }

    /// <summary>Runs the work with a view of its own. In a terminal nothing of it stays when the work ends.</summary>
    /// <param name="console">Where to show it.</param>
    /// <param name="time">The clock of the plain lines.</param>
    /// <param name="work">The work, which reports from one thread at a time.</param>
    public static Task<T> RunAsync<T>(IAnsiConsole console, TimeProvider time, Func<ProgressView, Task<T>> work)
    {
        bool isLive = console.Profile.Capabilities.Interactive && console.Profile.Capabilities.Ansi;
        return isLive
            ? console.Progress()
                .AutoClear(true)
                .HideCompleted(true)
                .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
                .StartAsync(bars => work(new ProgressView(console, time, bars)))
            : work(new ProgressView(console, time, null));
    }

    /// <summary>Says how far a part of the work is; cheap enough to be called for every record.</summary>
    /// <param name="what">Name of the part.</param>
    /// <param name="done">What is done of it.</param>
    /// <param name="total">What there is to do, in the same unit; 0 if nothing.</param>
    /// <param name="unit">The unit in plural.</param>
    public void Report(string what, long done, long total, string unit)
    {
        TimeSpan since = time.GetElapsedTime(last);
        if (bars is not null && (since >= LiveInterval || done >= total))
        {
            last = time.GetTimestamp();
            Move(bars, what, done, total);
        }
        else if (bars is null && since >= PlainInterval)
        {
            last = time.GetTimestamp();
            double share = total > 0 ? 100.0 * done / total : 100;
            WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: {done} of {total} {unit} ({share:0} %)"));
        }
    }

    /// <summary>Writes a line that stays, above the bars in a terminal.</summary>
    public void WriteLine(string text)
    {
        if (bars is not null)
        {
            console.Write(new Text(Printable.Of(text) + "\n"));
        }
        else
        {
            // Straight to the writer: the console would break long lines at 80 columns where it sees no terminal.
            console.Profile.Out.Writer.WriteLine(text);
        }
    }

    private void Move(ProgressContext context, string what, long done, long total)
    {
        if (!tasks.TryGetValue(what, out ProgressTask? task))
        {
            task = context.AddTask(Markup.Escape(Printable.Of(what)));
            tasks.Add(what, task);
        }

        task.MaxValue = Math.Max(total, 1);
        task.Value = total > 0 ? done : 1;
    }
}
