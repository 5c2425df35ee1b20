using OpenTelemetry.Proto.Metrics.V1;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Integration.Tests.Repairs;
using StreamSpanMetrics.Integration.Tests.Support;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Integration.Tests.Pipeline;

/// <summary>Another application takes over, under other rules and with another number of shards (S6).</summary>
public sealed class SuccessorTests(KafkaFixture kafka)
{
    private const int Records = 80;
    private const ulong StepNanos = 1_000_000_000;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly Dictionary<string, string> AppendTime = new() { ["message.timestamp.type"] = "LogAppendTime" };

    [Fact]
    public async Task A_successor_takes_over_without_a_hole_and_without_a_double_point()
    {
        string servers = await kafka.RequireAsync();
        string topic = Topics.UniqueName("spans");
        await Topics.CreateAsync(servers, topic, RecordFile.PartitionCount, AppendTime);
        await using StreamApplication first = new(servers, topic);
        await using Traffic traffic = Traffic.Start(servers, topic, seed: 41);
        WorkerProcess worker = first.StartWorker();
        await worker.WaitForOutputAsync("restored", Deadline);
        await traffic.WaitForMoreAsync(Records);
        string take = $"shards: 2, predecessor: {first.Id}";
        await using StreamApplication second = new(servers, topic) { Stream = take };
        await IsRefusedAsync(second, "still run its stage aggregate");

        worker.Stop();
        Assert.True(await worker.WaitForExitAsync(Deadline) == 0, worker.Output);
        await IsRefusedAsync(second, "is not drained");
        WorkerProcess drain = first.StartWorker(arguments: "--drain");
        Assert.True(await drain.WaitForExitAsync(Deadline) == 0, drain.Output);
        Assert.Equal(4, drain.Output.Split("is drained").Length - 1);
        await traffic.WaitForMoreAsync(Records);

        WorkerProcess next = second.StartWorker();
        await next.WaitForOutputAsync($"as successor of '{first.Id}'", Deadline);
        await traffic.WaitForMoreAsync(Records);
        SpanTruth truth = SpanTruth.Of(await traffic.StopAsync());
        await Eventually.TrueAsync(
            () => Newest(first).Values.Sum() + Newest(second).Values.Sum() == truth.Spans,
            () => $"{Newest(first).Values.Sum()} and {Newest(second).Values.Sum()} instead of {truth.Spans} spans:\n{second.Output}", Deadline);
        Dictionary<SeriesName, long> sums = Newest(first);
        foreach ((SeriesName name, long value) in Newest(second))
        {
            sums[name] = sums.GetValueOrDefault(name) + value;
        }

        Assert.Equal(truth.Calls.OrderBy(series => series.Key.ToString()), sums.OrderBy(series => series.Key.ToString()));
        IsSeamless(PointLog.Read(servers, first.MetricsTopic), PointLog.Read(servers, second.MetricsTopic));
        PointLog.Read(servers, second.MetricsTopic).IsGapless(stepSeconds: 1);
        next.Stop();
        Assert.True(await next.WaitForExitAsync(Deadline) == 0, next.Output);
        // The predecessor is of no more use: it may be gone when a worker starts later.
        WorkerProcess later = second.StartWorker();
        await later.WaitForOutputAsync("restored", Deadline);
    }

    [Fact]
    public async Task A_predecessor_that_was_stopped_before_its_first_progress_is_to_be_drained()
    {
        await using RepairBench bench = await RepairBench.StartAsync(kafka, "shards: 1");
        bench.Produce(1);
        await bench.BecomesAsync(bench.Values.SelectMany(values => values));
        await bench.StopWorkerAsync();
        bench.Write(bench.Application.Id + ".state", 0, StateKeys.Progress(0), null);
        await using StreamApplication second = new(bench.Servers, bench.Application.SourceTopic)
        {
            Stream = $"shards: 2, predecessor: {bench.Application.Id}",
        };
        await IsRefusedAsync(second, "is not drained");
    }

    [Fact]
    public async Task A_predecessor_that_does_not_exist_is_told()
    {
        string servers = await kafka.RequireAsync();
        string topic = Topics.UniqueName("spans");
        await Topics.CreateAsync(servers, topic, RecordFile.PartitionCount, AppendTime);
        await using StreamApplication second = new(servers, topic) { Stream = "shards: 2, predecessor: nobody" };
        await IsRefusedAsync(second, "there is no topic nobody.state");
    }

    private static async Task IsRefusedAsync(StreamApplication application, string reason)
    {
        WorkerProcess worker = application.StartWorker();
        Assert.True(await worker.WaitForExitAsync(Deadline) == 3, worker.Output);
        Assert.True(worker.Output.Contains(reason, StringComparison.Ordinal), worker.Output);
        Assert.True(worker.Output.Contains("Nothing was changed", StringComparison.Ordinal), worker.Output);
    }

    private static Dictionary<SeriesName, long> Newest(StreamApplication application)
    {
        PointLog log = PointLog.Read(application.BootstrapServers, application.MetricsTopic);
        return log.Calls.ToDictionary(series => series.Key, series => series.Value[^1].AsInt);
    }

    // All series of the first end at one time, and those of the second begin with a zero point a step later, or after that.
    private static void IsSeamless(PointLog first, PointLog second)
    {
        ulong last = Assert.Single(first.Calls.Values.Select(series => series[^1].TimeUnixNano).Distinct());
        List<NumberDataPoint> begins = [.. second.Calls.Values.Select(series => series[0])];
        Assert.All(begins, point => Assert.Equal(0, point.AsInt));
        Assert.Equal(last + StepNanos, begins.Min(point => point.TimeUnixNano));
    }
}
