using System.Diagnostics;

namespace StreamSpanMetrics.Benchmarks.Measures;

/// <summary>Adds up the spans, time and garbage of some work on this thread.</summary>
internal sealed class Stint
{
    private long spans;
    private long allocatedBytes;

    /// <summary>Time spent.</summary>
    public TimeSpan Elapsed { get; private set; }

    /// <summary>Spans in a second.</summary>
    public double SpansPerSecond => spans / Elapsed.TotalSeconds;

    /// <summary>Runs work that returns the number of its spans.</summary>
    public void Run(Func<long> work)
    {
        long allocated = GC.GetAllocatedBytesForCurrentThread();
        long started = Stopwatch.GetTimestamp();
        spans += work();
        Elapsed += Stopwatch.GetElapsedTime(started);
        allocatedBytes += GC.GetAllocatedBytesForCurrentThread() - allocated;
    }

    /// <summary>The figures for one line of output.</summary>
    public override string ToString() => FormattableString.Invariant(
        $"spans_s={SpansPerSecond:F0} ns_span={Elapsed.TotalNanoseconds / spans:F1} bytes_span={(double)allocatedBytes / spans:F4}");
}
