namespace StreamSpanMetrics.Integration.Tests.Support;

/// <summary>An assembly fixture around a real program: started once, by the first test that asks for it, and ended with the run.</summary>
/// <typeparam name="T">What tests get to see of the running program.</typeparam>
public abstract class SharedProgram<T> : IAsyncDisposable
    where T : class
{
    private readonly Lazy<Task<T>> started;

    /// <summary>Starts nothing yet.</summary>
    protected SharedProgram()
    {
        started = new Lazy<Task<T>>(StartAsync);
    }

    /// <summary>The running program. Skips the calling test, with the reason, where the program is not to be had.</summary>
    public Task<T> RequireAsync() => Availability.OrSkipAsync(started.Value);

    /// <summary>Ends the program if it was started.</summary>
    public async ValueTask DisposeAsync()
    {
        if (started.IsValueCreated && started.Value.IsCompletedSuccessfully)
        {
            await StopAsync(await started.Value);
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Starts the program.</summary>
    /// <exception cref="UnavailableException">It is not on this machine.</exception>
    protected abstract Task<T> StartAsync();

    /// <summary>Ends it.</summary>
    protected abstract ValueTask StopAsync(T program);
}
