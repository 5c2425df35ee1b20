using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;

namespace StreamSpanMetrics.Testing.Programs;

/// <summary>
/// A program started by a test, with its output captured. It never outlives the test process, however that ends: on Unix a guard in the
/// program's own process group waits for the end of our pipe and then kills it.
/// </summary>
public sealed partial class ChildProcess : IAsyncDisposable
{
    private const int SignalTerminate = 15;

    // The same on Linux and macOS but for these two (signal(7), sys/signal.h).
    private static readonly int SignalStop = OperatingSystem.IsMacOS() ? 17 : 19;
    private static readonly int SignalContinue = OperatingSystem.IsMacOS() ? 19 : 18;

    private static readonly TimeSpan ExitDeadline = TimeSpan.FromSeconds(30);

    // The shell becomes the program (same process id). The guard compares start times before it kills, so that it never hits another
    // process that got the same id later. Field 22 of /proc/PID/stat is the start time; it stays over exec.
    private const string GuardScript = """
        born() { cut -d' ' -f22 "/proc/$$/stat" 2>/dev/null; }
        exec 3<&0
        start=$(born)
        (cat <&3 >/dev/null; [ "$(born)" = "$start" ] && kill -9 $$) >/dev/null 2>&1 &
        exec "$@" 3<&- </dev/null
        """;

    private readonly Process process;
    private readonly StringBuilder output = new();
    private readonly Lock outputLock = new();

    private ChildProcess(Process process)
    {
        this.process = process;
    }

    /// <summary>Process id.</summary>
    public int Id => process.Id;

    /// <summary>Whether it ended.</summary>
    public bool HasExited => process.HasExited;

    /// <summary>Exit code of the ended program; 128 + signal number if a signal ended it.</summary>
    public int ExitCode => process.ExitCode;

    /// <summary>All lines so far of standard output and standard error, in order of arrival.</summary>
    public string Output
    {
        get
        {
            lock (outputLock)
            {
                return output.ToString();
            }
        }
    }

    /// <summary>Starts a program.</summary>
    /// <param name="program">Path, or a name to be found by PATH.</param>
    /// <param name="arguments">Arguments, each passed as it is.</param>
    /// <param name="environment">Variables to set besides the inherited ones; null removes one.</param>
    public static ChildProcess Start(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null)
    {
        string[] command = OperatingSystem.IsWindows()
            ? [program, .. arguments]
            : ["/bin/sh", "-c", GuardScript, "guard", program, .. arguments];
        ProcessStartInfo start = new(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string? value) in environment ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        Process process = new() { StartInfo = start };
        ChildProcess child = new(process);
        process.OutputDataReceived += child.Append;
        process.ErrorDataReceived += child.Append;
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return child;
    }

    /// <summary>Starts a program, waits for its end and returns it with its complete output.</summary>
    /// <exception cref="TimeoutException">It did not end in time; it was killed.</exception>
    public static async Task<ChildProcess> RunAsync(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null, TimeSpan? deadline = null)
    {
        ChildProcess child = Start(program, arguments, environment);
        await child.WaitForExitAsync(deadline);
        return child;
    }

    /// <summary>Waits until the program ended and its output is complete.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="TimeoutException">It did not end within the deadline (30 s if not given); it was killed.</exception>
    public async Task<int> WaitForExitAsync(TimeSpan? deadline = null)
    {
        using CancellationTokenSource timeout = new(deadline ?? ExitDeadline);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            Kill();
            throw new TimeoutException($"{process.StartInfo.FileName} did not end. Its output:\n{Output}");
        }

        return process.ExitCode;
    }

    /// <summary>Ends the program at once, as <c>kill -9</c>. Does nothing if it ended already.</summary>
    public void Kill()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }
    }

    /// <summary>Asks the program to end (SIGTERM). Does nothing if it ended already.</summary>
    /// <exception cref="PlatformNotSupportedException">On Windows, which has no such signal.</exception>
    public void Terminate() => Signal(SignalTerminate);

    /// <summary>Makes the program stand still (SIGSTOP), all its threads at once, until <see cref="Thaw"/>.</summary>
    /// <exception cref="PlatformNotSupportedException">On Windows, which has no such signal.</exception>
    public void Freeze() => Signal(SignalStop);

    /// <summary>Lets a frozen program go on (SIGCONT).</summary>
    /// <exception cref="PlatformNotSupportedException">On Windows, which has no such signal.</exception>
    public void Thaw() => Signal(SignalContinue);

    /// <summary>Kills the program if it still runs, and waits for its end.</summary>
    public async ValueTask DisposeAsync()
    {
        Kill();
        await WaitForExitAsync();
        process.StandardInput.Close();
        process.Dispose();
    }

    private void Signal(int signal)
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException("signals need a Unix system");
        }

        if (!process.HasExited && SendSignal(process.Id, signal) != 0 && !process.HasExited)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    private void Append(object sender, DataReceivedEventArgs received)
    {
        if (received.Data is not null)
        {
            lock (outputLock)
            {
                output.Append(received.Data).Append('\n');
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int processId, int signal);
}
