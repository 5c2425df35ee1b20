namespace StreamSpanMetrics.Commands;

/// <summary>Ctrl-C for commands that do one piece of work.</summary>
internal static class Interruption
{
    /// <summary>How long a question to a broker may go on after Ctrl-C: the client cannot be interrupted in it.</summary>
    public static readonly TimeSpan QuestionPatience = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Runs the work beside the command line, which can only then hear Ctrl-C and SIGTERM; work that they end early gives
    /// <see cref="ExitCode.Interrupted"/>.
    /// </summary>
    /// <param name="work">The work.</param>
    /// <param name="stop">Ctrl-C.</param>
    /// <param name="patience">After this time the work is left to the end of the process; null waits for it.</param>
    public static async Task<int> RunAsync(Func<CancellationToken, Task<int>> work, CancellationToken stop, TimeSpan? patience = null)
    {
        Task<int> working = Task.Run(() => work(stop), CancellationToken.None);
        try
        {
            if (patience is TimeSpan limit)
            {
                await Task.WhenAny(working, AfterAsync(limit, stop)).ConfigureAwait(false);
            }

            return patience is null || working.IsCompleted ? await working.ConfigureAwait(false) : ExitCode.Interrupted;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
    }

    private static async Task AfterAsync(TimeSpan patience, CancellationToken stop)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Task.Delay(patience, CancellationToken.None).ConfigureAwait(false);
    }
}
