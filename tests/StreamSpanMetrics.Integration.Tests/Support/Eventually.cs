using System.Diagnostics;

namespace StreamSpanMetrics.Integration.Tests.Support;

/// <summary>Waits for what other processes bring about. Only integration tests may wait like this.</summary>
public static class Eventually
{
    private static readonly TimeSpan DefaultDeadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Asks again and again until the condition holds.</summary>
    /// <param name="condition">What is waited for.</param>
    /// <param name="message">Says, at the deadline, what did not happen; evaluated then.</param>
    /// <param name="deadline">From now; 30 s if not given.</param>
    /// <exception cref="TimeoutException">The deadline passed.</exception>
    public static Task TrueAsync(Func<Task<bool>> condition, Func<string> message, TimeSpan? deadline = null) =>
        GetAsync<object>(async () => await condition() ? condition : null, message, deadline);

    /// <inheritdoc cref="TrueAsync(Func{Task{bool}}, Func{string}, TimeSpan?)"/>
    public static Task TrueAsync(Func<bool> condition, Func<string> message, TimeSpan? deadline = null) =>
        TrueAsync(() => Task.FromResult(condition()), message, deadline);

    /// <summary>Asks again and again until there is an answer that is not null, and returns it.</summary>
    /// <inheritdoc cref="TrueAsync(Func{Task{bool}}, Func{string}, TimeSpan?)"/>
    public static async Task<T> GetAsync<T>(Func<Task<T?>> answer, Func<string> message, TimeSpan? deadline = null)
        where T : class
    {
        TimeSpan limit = deadline ?? DefaultDeadline;
        Stopwatch waited = Stopwatch.StartNew();
        while (true)
        {
            T? found = await answer();
            if (found is not null)
            {
                return found;
            }

            if (waited.Elapsed > limit)
            {
                throw new TimeoutException($"{message()} (waited {limit.TotalSeconds:0} s)");
            }

            await Task.Delay(Pause, TestContext.Current.CancellationToken);
        }
    }
}
