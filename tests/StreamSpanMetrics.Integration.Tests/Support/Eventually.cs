namespace StreamSpanMetrics.Integration.Tests.Support;

/// <summary>Waits for what other processes bring about, until the test is given up. Only integration tests may wait like this.</summary>
public static class Eventually
{
    private static readonly TimeSpan DefaultDeadline = TimeSpan.FromSeconds(30);

    /// <summary>Asks again and again until the condition holds.</summary>
    /// <param name="condition">What is waited for.</param>
    /// <param name="message">Says, at the deadline, what did not happen; evaluated then.</param>
    /// <param name="deadline">From now; 30 s if not given.</param>
    /// <exception cref="TimeoutException">The deadline passed.</exception>
    public static Task TrueAsync(Func<Task<bool>> condition, Func<string> message, TimeSpan? deadline = null) =>
        Polling.TrueAsync(condition, message, deadline ?? DefaultDeadline, TestContext.Current.CancellationToken);

    /// <inheritdoc cref="TrueAsync(Func{Task{bool}}, Func{string}, TimeSpan?)"/>
    public static Task TrueAsync(Func<bool> condition, Func<string> message, TimeSpan? deadline = null) =>
        TrueAsync(() => Task.FromResult(condition()), message, deadline);

    /// <summary>Asks again and again until there is an answer that is not null, and returns it.</summary>
    /// <inheritdoc cref="TrueAsync(Func{Task{bool}}, Func{string}, TimeSpan?)"/>
    public static Task<T> GetAsync<T>(Func<Task<T?>> answer, Func<string> message, TimeSpan? deadline = null)
        where T : class =>
        Polling.GetAsync(answer, message, deadline ?? DefaultDeadline, TestContext.Current.CancellationToken);
}
