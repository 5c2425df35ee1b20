using StreamSpanMetrics.Core.Prometheus;
using StreamSpanMetrics.Stages;
using StreamSpanMetrics.Telemetry;

namespace StreamSpanMetrics.Tests.Stages.Support;

/// <summary>An export loop on a memory log.</summary>
internal sealed class ExportBench
{
    public const string Group = "app.export";

    public ExportBench(MemoryLog log, int maxBatchBytes = 1_000_000)
    {
        Log = log;
        Consumer = new MemoryConsumer(log, MergeBench.Metrics, Group, 1);
        Telemetry = new StageTelemetry(new WorkerMetrics("test", Time), "export", 0, Time);
        Stage = new ExportStage(
            Telemetry, new ExportOptions { MetricsTopic = MergeBench.Metrics }, new PrometheusRules(), Consumer, Sender,
            () => new RemoteWriteBatcher(maxBatchBytes, false), Time, Logger);
    }

    public MemoryLog Log { get; }

    public ManualTime Time { get; } = new(DateTimeOffset.UnixEpoch);

    public StageTelemetry Telemetry { get; }

    public RecordingLogger Logger { get; } = new();

    public RecordingSender Sender { get; } = new();

    public MemoryConsumer Consumer { get; }

    public ExportStage Stage { get; }

    public long? Committed => Log.Committed(Group, 0);

    /// <summary>A log with the point records of <paramref name="steps"/> steps, each with three records of one service.</summary>
    public static MemoryLog Points(int steps)
    {
        const long first = 170_000_000;
        MemoryLog log = new();
        MergeBench.Start(log, 2);
        MergeBench merge = new(log);
        merge.Deltas(0, merge.Block(0, 0, 1, first * 10_000, first, "a", "b", "c"));
        merge.Deltas(0, merge.Block(1, 0, 1, (first + steps) * 10_000, first));
        merge.Deltas(0, merge.Block(0, 1, 2, (first + steps) * 10_000, first));
        merge.Consumer.Assign(0);
        merge.Run();
        Assert.Equal(steps * 3, log.Read(MergeBench.Metrics, 0).Count);
        log.SetCommitted(Group, 0, 0);
        return log;
    }

    /// <summary>Adds a step that polls until all records are settled: a paused partition alone looks like the end of the log.</summary>
    public void UntilSettled() => Consumer.Until(() => Committed == Log.Read(MergeBench.Metrics, 0)[^1].Offset + 1);

    /// <summary>Runs the script to its end.</summary>
    public void Run() => Stage.Run(Consumer.Stop);
}
