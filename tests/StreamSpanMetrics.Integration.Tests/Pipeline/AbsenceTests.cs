using StreamSpanMetrics.Integration.Tests.Support;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Integration.Tests.Pipeline;

public sealed class AbsenceTests(KafkaFixture kafka, PrometheusFixture prometheus)
{
    private const int RecordsBetween = 60;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private static readonly Dictionary<string, string> AppendTime = new() { ["message.timestamp.type"] = "LogAppendTime" };

    [Fact]
    public async Task A_broker_that_is_away_is_waited_for()
    {
        PrometheusServer server = await prometheus.RequireAsync();
        await using KafkaBroker broker = await Availability.OrSkipAsync(KafkaBroker.StartAsync());
        string topic = Topics.UniqueName("spans");
        await Topics.CreateAsync(broker.BootstrapServers, topic, RecordFile.PartitionCount, AppendTime);
        await broker.KillAsync();
        await using StreamApplication application =
            new(broker.BootstrapServers, topic) { RemoteWriteAddress = server.RemoteWriteAddress };
        WorkerProcess worker = application.StartWorker();
        await worker.WaitForOutputAsync("Waiting for a broker");

        await broker.StartAgainAsync();
        await using Traffic traffic = Traffic.Start(broker.BootstrapServers, topic, seed: 5);
        await worker.WaitForOutputAsync("restored", Deadline);
        await traffic.WaitForMoreAsync(RecordsBetween);
        await broker.KillAsync();
        await traffic.WaitForMoreAsync(RecordsBetween);
        await broker.StartAgainAsync();
        await traffic.WaitForMoreAsync(RecordsBetween);

        SpanTruth truth = SpanTruth.Of(await traffic.StopAsync());
        PrometheusTotals totals = new(server, application);
        await totals.BecomeAsync(truth);
        await totals.NeverFellAsync();
        PointLog points = PointLog.Read(broker.BootstrapServers, application.MetricsTopic);
        points.IsGapless(stepSeconds: 1);
        points.Holds(truth);
        worker.Stop();
        Assert.True(await worker.WaitForExitAsync() == 0, worker.Output);
    }

    [Fact]
    public async Task Points_wait_for_a_remote_write_endpoint_that_is_away()
    {
        string servers = await kafka.RequireAsync();
        PrometheusServer server = await prometheus.RequireAsync();
        string topic = Topics.UniqueName("spans");
        await Topics.CreateAsync(servers, topic, RecordFile.PartitionCount, AppendTime);
        await using TcpGate gate = new(server.RemoteWriteAddress);
        await using StreamApplication application = new(servers, topic) { RemoteWriteAddress = gate.Address };
        await using Traffic traffic = Traffic.Start(servers, topic, seed: 6);
        WorkerProcess worker = application.StartWorker();
        await worker.WaitForOutputAsync("Remote write to", Deadline);
        await traffic.WaitForMoreAsync(RecordsBetween);
        gate.Open();
        await worker.WaitForOutputAsync("works again", Deadline);
        await gate.ShutAsync();
        await traffic.WaitForMoreAsync(RecordsBetween);
        gate.Open();

        SpanTruth truth = SpanTruth.Of(await traffic.StopAsync());
        PrometheusTotals totals = new(server, application);
        await totals.BecomeAsync(truth);
        await totals.NeverFellAsync();
        await totals.HasEveryPointAsync();
    }
}
