using System.Diagnostics;

namespace StreamSpanMetrics.Benchmarks.Topics;

/// <summary>What a running process has used.</summary>
internal sealed class ProcessUse : IDisposable
{
    private readonly Process process;

    /// <summary>Looks at a process by its id.</summary>
    public ProcessUse(int processId)
    {
        process = Process.GetProcessById(processId);
    }

    /// <summary>User and system time since its start, of all its threads.</summary>
    public TimeSpan Cpu
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime;
        }
    }

    /// <summary>Largest resident set so far, in bytes.</summary>
    public long PeakBytes
    {
        get
        {
            process.Refresh();
            return process.PeakWorkingSet64;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => process.Dispose();
}
