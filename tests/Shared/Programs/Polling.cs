using System.Diagnostics;

namespace StreamSpanMetrics.Testing.Programs;

/// <summary>Waits for what other processes bring about, by asking again and again.</summary>
public static class Polling
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Asks until the condition holds.</summary>
    /// <inheritdoc cref="GetAsync"/>
    public static Task TrueAsync(
        Func<Task<bool>> condition, Func<string> message, TimeSpan deadline, CancellationToken cancel, TimeSpan? pause = null) =>
        GetAsync<object>(async () => await condition() ? condition : null, message, deadline, cancel, pause);

    /// <summary>Asks until there is an answer that is not null, and returns it.</summary>
    /// <param name="answer">What is waited for.</param>
    /// <param name="message">Says, at the deadline, what did not happen; evaluated then.</param>
    /// <param name="deadline">From now.</param>
    /// <param name="cancel">Ends the waiting.</param>
    /// <param name="pause">Between two questions; 100 ms if not given.</param>
    /// <exception cref="TimeoutException">The deadline passed.</exception>
    public static async Task<T> GetAsync<T>(
        Func<Task<T?>> answer, Func<string> message, TimeSpan deadline, CancellationToken cancel, TimeSpan? pause = null)
        where T : class
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (true)
        {
            T? found = await answer();
            if (found is not null)
            {
                return found;
            }

            if (waited.Elapsed > deadline)
            {
                throw new TimeoutException($"{message()} (waited {deadline.TotalSeconds:0} s)");
            }

            await Task.Delay(pause ?? Pause, cancel);
        }
    }
}
