using System.Diagnostics;

namespace StreamSpanMetrics.Benchmarks.Topics;

/// <summary>
/// Watches a running program that counts the spans of a topic: from the line with which it tells that it has its partitions, until it
/// has counted all of them, and on until its group has committed them and the sink has the last call count.
/// </summary>
internal sealed class MeasuredReader
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan SamplesDeadline = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan LinePause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan SamplesPause = TimeSpan.FromMilliseconds(200);

    private readonly ChildProcess program;
    private readonly FilledTopic topic;
    private readonly SampleSink sink;

    /// <summary>Watches a program that was just started.</summary>
    public MeasuredReader(ChildProcess program, FilledTopic topic, SampleSink sink)
    {
        this.program = program;
        this.topic = topic;
        this.sink = sink;
    }

    /// <summary>Waits for all that is measured.</summary>
    /// <param name="name">Who reads.</param>
    /// <param name="assignedLine">A part of the line that tells of the assignment, or comes right before it.</param>
    /// <param name="group">The group that commits.</param>
    /// <param name="counted">Completes when the program has counted all; null where only the commit tells.</param>
    public async Task<Figures> MeasureAsync(string name, string assignedLine, string group, Func<Task>? counted = null)
    {
        using GroupOffsets offsets = new(topic, group);
        await Polling.TrueAsync(() => Task.FromResult(Says(assignedLine)), () => program.Output, StartDeadline, default, LinePause);
        using ProcessUse process = new(program.Id);
        long started = Stopwatch.GetTimestamp();
        TimeSpan used = process.Cpu;
        (double Wall, double Cpu) Now() => (Stopwatch.GetElapsedTime(started).TotalSeconds, (process.Cpu - used).TotalSeconds);
        await (counted?.Invoke() ?? offsets.BecomeCompleteAsync(program));
        (double countedWall, double countedCpu) = Now();
        await offsets.BecomeCompleteAsync(program);
        (double committedWall, double committedCpu) = Now();
        long? complete = null;
        await Polling.TrueAsync(
            () => Task.FromResult((complete = sink.TimeOfCompletion(topic.Spans)) is not null),
            () => $"the sink has {sink.CountedSpans} of {topic.Spans} spans:\n{program.Output}",
            SamplesDeadline,
            default,
            SamplesPause);
        return new Figures(name, sink.CountedSpans, countedWall, countedCpu, process.PeakBytes)
        {
            WallSecondsToCommit = committedWall,
            CpuSecondsToCommit = committedCpu,
            WallSecondsToSamples = Stopwatch.GetElapsedTime(started, complete!.Value).TotalSeconds,
            CpuSecondsToSamples = (process.Cpu - used).TotalSeconds,
        };
    }

    private bool Says(string text) => program.HasExited
        ? throw new InvalidOperationException($"ended with {program.ExitCode}:\n{program.Output}")
        : program.Output.Contains(text, StringComparison.Ordinal);
}
