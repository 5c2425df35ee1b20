using StreamSpanMetrics.Integration.Tests.Support;
using StreamSpanMetrics.Testing;
using StreamSpanMetrics.Testing.Programs;

namespace StreamSpanMetrics.Integration.Tests.Chaos;

/// <summary>
/// Everything that a cluster does to a program, in short: three workers on a real broker are killed, stopped, frozen until they are expelled,
/// and started again; the broker is killed; the topic grows. Then every counter has to be right. tests/chaos.sh runs it for longer and with
/// other seeds.
/// </summary>
public sealed class ChaosTests(PrometheusFixture prometheus)
{
    private static readonly Dictionary<string, string> AppendTime = new() { ["message.timestamp.type"] = "LogAppendTime" };

    // A broker and three workers of its own: beside other tests the few cores would be what fails.
    [Fact(DisableParallelization = true)]
    public async Task Whatever_happens_every_counter_is_exactly_right()
    {
        ChaosPlan plan = ChaosPlan.FromEnvironment();
        ITestOutputHelper output = TestContext.Current.TestOutputHelper!;
        output.WriteLine($"repeat with: tests/chaos.sh {plan.Duration.TotalSeconds} {plan.Seed}");
        PrometheusServer server = await prometheus.RequireAsync();
        await using KafkaBroker broker = await Availability.OrSkipAsync(KafkaBroker.StartAsync());
        string topic = Topics.UniqueName("spans");
        await Topics.CreateAsync(broker.BootstrapServers, topic, RecordFile.PartitionCount, AppendTime);
        await using StreamApplication application = new(broker.BootstrapServers, topic)
        {
            RemoteWriteAddress = server.RemoteWriteAddress,
            Stream = "shards: 4, transaction_timeout: 4s",
        };
        await using Traffic traffic = Traffic.Start(broker.BootstrapServers, topic, plan.Seed);
        ChaosRun run = new(plan, broker, application, traffic, output.WriteLine);
        await run.RunAsync();
        await traffic.WaitForMoreAsync(60);

        SpanTruth truth = SpanTruth.Of(await traffic.StopAsync());
        PrometheusTotals totals = new(server, application) { MayHaveEnded = true };
        await totals.BecomeAsync(truth);
        await totals.NeverFellAsync();
        await totals.HaveNoLabelAsync("instance");
        PointLog points = PointLog.Read(broker.BootstrapServers, application.MetricsTopic);
        points.IsGapless(stepSeconds: 1);
        points.Holds(truth);
        int blocks = DeltaChain.IsContiguous(broker.BootstrapServers, $"{application.Id}.deltas");
        output.WriteLine($"{truth.Spans} spans, {blocks} blocks; " + string.Join(", ", run.Happened.Select(one => $"{one.Key}: {one.Value}")));
    }
}
