using StreamSpanMetrics.Integration.Tests.Support;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Integration.Tests.Pipeline;

public sealed class RestartTests(KafkaFixture kafka, PrometheusFixture prometheus)
{
    private const int RecordsBetween = 60;

    private static readonly Dictionary<string, string> AppendTime = new() { ["message.timestamp.type"] = "LogAppendTime" };

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    public async Task A_killed_worker_leaves_no_trace_in_the_counters(int workers, int kills)
    {
        string servers = await kafka.RequireAsync();
        PrometheusServer server = await prometheus.RequireAsync();
        string topic = await CreateSourceAsync(servers);
        await using StreamApplication application = new(servers, topic) { RemoteWriteAddress = server.RemoteWriteAddress };
        await using Traffic traffic = Traffic.Start(servers, topic, seed: workers);
        WorkerProcess victim = application.StartWorker();
        for (int other = 1; other < workers; other++)
        {
            application.StartWorker();
        }

        await victim.WaitForOutputAsync("restored");
        for (int kill = 0; kill < kills; kill++)
        {
            await traffic.WaitForMoreAsync(RecordsBetween);
            victim.Kill();
            await victim.WaitForExitAsync();
            await traffic.WaitForMoreAsync(RecordsBetween);
            victim = application.StartWorker();
            await victim.WaitForOutputAsync("restored");
        }

        await traffic.WaitForMoreAsync(RecordsBetween);
        await EndsRightAsync(server, application, SpanTruth.Of(await traffic.StopAsync()));
    }

    [Fact]
    public async Task A_worker_that_leaves_and_comes_back_takes_nothing_with_it()
    {
        string servers = await kafka.RequireAsync();
        PrometheusServer server = await prometheus.RequireAsync();
        string topic = await CreateSourceAsync(servers);
        await using StreamApplication application = new(servers, topic) { RemoteWriteAddress = server.RemoteWriteAddress };
        await using Traffic traffic = Traffic.Start(servers, topic, seed: 3);
        WorkerProcess stays = application.StartWorker();
        WorkerProcess leaves = application.StartWorker();
        for (int leave = 0; leave < 2; leave++)
        {
            await leaves.WaitForOutputAsync("restored");
            await traffic.WaitForMoreAsync(RecordsBetween);
            leaves.Stop();
            Assert.True(await leaves.WaitForExitAsync() == 0, leaves.Output);
            await traffic.WaitForMoreAsync(RecordsBetween);
            leaves = application.StartWorker();
        }

        await leaves.WaitForOutputAsync("restored");
        await traffic.WaitForMoreAsync(RecordsBetween);
        await EndsRightAsync(server, application, SpanTruth.Of(await traffic.StopAsync()));
        stays.Stop();
        Assert.True(await stays.WaitForExitAsync() == 0, stays.Output);
    }

    private static async Task<string> CreateSourceAsync(string servers)
    {
        string topic = Topics.UniqueName("spans");
        await Topics.CreateAsync(servers, topic, RecordFile.PartitionCount, AppendTime);
        return topic;
    }

    private static async Task EndsRightAsync(PrometheusServer server, StreamApplication application, SpanTruth truth)
    {
        PrometheusTotals totals = new(server, application);
        await totals.BecomeAsync(truth);
        await totals.NeverFellAsync();
        PointLog points = PointLog.Read(application.BootstrapServers, application.MetricsTopic);
        points.IsGapless(stepSeconds: 1);
        points.Holds(truth);
    }
}
