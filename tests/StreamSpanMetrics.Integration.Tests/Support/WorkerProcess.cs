namespace StreamSpanMetrics.Integration.Tests.Support;

/// <summary>The built <c>spanmetrics</c> executable as a process of its own, as it runs in production.</summary>
public sealed class WorkerProcess : IAsyncDisposable
{
    // A process of some seconds: compiling its hot code again, with what was learnt of it, costs more than it gains.
    private static readonly Dictionary<string, string?> ShortLife = new()
    {
        ["DOTNET_TieredPGO"] = "0",
        ["DOTNET_TC_CallCountingDelayMs"] = "64", // hexadecimal, the default of .NET
    };

    private static int started;

    private readonly TemporaryFolder folder;
    private readonly ChildProcess process;

    private WorkerProcess(TemporaryFolder folder, ChildProcess process)
    {
        this.folder = folder;
        this.process = process;
    }

    /// <summary>Standard output and standard error so far.</summary>
    public string Output => process.Output;

    /// <summary>Whether it ended.</summary>
    public bool HasExited => process.HasExited;

    /// <summary>Exit code of the ended process; 137 after <see cref="Kill"/>.</summary>
    public int ExitCode => process.ExitCode;

    /// <summary>
    /// Starts the executable. If OTHER_SPANMETRICS names the <c>spanmetrics.dll</c> of another version, every second one is of that
    /// version: tests/versions.sh runs old and new workers side by side.
    /// </summary>
    /// <param name="arguments">The command and its options, for example <c>run</c>.</param>
    /// <param name="settings">YAML; if not null it is written to a file whose path follows the arguments as <c>--config</c>.</param>
    /// <param name="environment">Variables to set besides the inherited ones; null removes one.</param>
    public static WorkerProcess Start(
        IEnumerable<string> arguments, string? settings = null, IReadOnlyDictionary<string, string?>? environment = null)
    {
        TemporaryFolder folder = new();
        string[] config = settings is null ? [] : ["--config", folder.Write("spanmetrics.yaml", settings)];
        string own = Path.Combine(AppContext.BaseDirectory, "spanmetrics.dll");
        string? other = Environment.GetEnvironmentVariable("OTHER_SPANMETRICS");
        string executable = !string.IsNullOrEmpty(other) && Interlocked.Increment(ref started) % 2 == 0 ? other : own;
        Dictionary<string, string?> variables = new(ShortLife);
        foreach ((string name, string? value) in environment ?? new Dictionary<string, string?>())
        {
            variables[name] = value;
        }

        return new WorkerProcess(folder, ChildProcess.Start("dotnet", [executable, .. arguments, .. config], variables));
    }

    /// <summary>Ends it at once (SIGKILL): no handler runs, no offset is committed.</summary>
    public void Kill() => process.Kill();

    /// <summary>Asks it to end (SIGTERM), as an orchestrator does.</summary>
    public void Stop() => process.Terminate();

    /// <summary>Makes it stand still (SIGSTOP) as a machine does that is starved or being moved, until <see cref="Thaw"/>.</summary>
    public void Freeze() => process.Freeze();

    /// <summary>Lets it go on (SIGCONT).</summary>
    public void Thaw() => process.Thaw();

    /// <summary>Waits for its end and returns the exit code.</summary>
    /// <exception cref="TimeoutException">It did not end in time (30 s if not given); it was killed.</exception>
    public Task<int> WaitForExitAsync(TimeSpan? deadline = null) => process.WaitForExitAsync(deadline);

    /// <summary>Waits until the output holds a text.</summary>
    /// <exception cref="TimeoutException">It did not come in time; the message has the output.</exception>
    public Task WaitForOutputAsync(string text, TimeSpan? deadline = null) => Eventually.TrueAsync(
        () => Output.Contains(text, StringComparison.Ordinal),
        () => $"the worker did not say '{text}' but:\n{Output}",
        deadline);

    /// <summary>Kills it if it still runs and deletes its settings.</summary>
    public async ValueTask DisposeAsync()
    {
        await process.DisposeAsync();
        folder.Dispose();
    }
}
