namespace StreamSpanMetrics.Commands;

/// <summary>Ctrl-C for commands that do one piece of work.</summary>
internal static class Interruption
{
    /// <summary>
    /// Runs the work beside the command line, which can only then hear Ctrl-C and SIGTERM; work that they end early gives
    /// <see cref="ExitCode.Interrupted"/>.
    /// </summary>
    public static Task<int> RunAsync(Func<CancellationToken, Task<int>> work, CancellationToken stop) => Task.Run(
        async () =>
        {
            try
            {
                return await work(stop).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return ExitCode.Interrupted;
            }
        },
        CancellationToken.None);
}
