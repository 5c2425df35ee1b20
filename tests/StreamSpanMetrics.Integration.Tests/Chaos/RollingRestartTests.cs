using Confluent.Kafka;
using StreamSpanMetrics.Integration.Tests.Support;
using StreamSpanMetrics.Schemas.V1;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Integration.Tests.Chaos;

/// <summary>Three workers are restarted one after the other, as a deployment does it.</summary>
public sealed class RollingRestartTests(KafkaFixture kafka, PrometheusFixture prometheus)
{
    private const int Workers = 3;
    private const int RecordsBetween = 100;

    /// <summary>For how long a partition may stand still, on a machine with few and busy cores.</summary>
    private static readonly TimeSpan LongestGap = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan GracePeriod = TimeSpan.FromSeconds(10);
    private static readonly Dictionary<string, string> AppendTime = new() { ["message.timestamp.type"] = "LogAppendTime" };

    [Theory]
    [InlineData("classic", true)]
    [InlineData("consumer", false)]
    public async Task Each_partition_stands_still_for_seconds_at_most_and_no_counter_shows_it(string protocol, bool isStatic)
    {
        string servers = await kafka.RequireAsync();
        PrometheusServer server = await prometheus.RequireAsync();
        string topic = Topics.UniqueName("spans");
        await Topics.CreateAsync(servers, topic, RecordFile.PartitionCount, AppendTime);
        await using StreamApplication application = new(servers, topic)
        {
            RemoteWriteAddress = server.RemoteWriteAddress,
            Stream = $"shards: 3, group_protocol: {protocol}",
            Receiver = isStatic ? "group_instance_id: '${env:MEMBER}'" : "",
        };
        await using Traffic traffic = Traffic.Start(servers, topic, seed: 11);
        WorkerProcess[] workers = [.. Enumerable.Range(0, Workers).Select(number => Start(application, number))];
        await workers[0].WaitForOutputAsync("restored");
        await traffic.WaitForMoreAsync(RecordsBetween);
        for (int number = 0; number < Workers; number++)
        {
            workers[number].Stop();
            int code = await workers[number].WaitForExitAsync(GracePeriod);
            Assert.True(code == 0, workers[number].Output);
            workers[number] = Start(application, number);
            await workers[number].WaitForOutputAsync($"of {topic} assigned");
            await traffic.WaitForMoreAsync(RecordsBetween);
        }

        SpanTruth truth = SpanTruth.Of(await traffic.StopAsync());
        PrometheusTotals totals = new(server, application);
        await totals.BecomeAsync(truth);
        await totals.NeverFellAsync();
        PointLog points = PointLog.Read(servers, application.MetricsTopic);
        points.IsGapless(stepSeconds: 1);
        points.Holds(truth);
        DeltaChain.IsContiguous(servers, $"{application.Id}.deltas");
        foreach ((uint partition, TimeSpan gap) in Gaps(servers, $"{application.Id}.deltas"))
        {
            TestContext.Current.TestOutputHelper!.WriteLine($"partition {partition}: at most {gap.TotalSeconds:F1} s between blocks");
            Assert.True(gap < LongestGap, $"partition {partition} stood still for {gap}\n{application.Output}");
        }
    }

    private static WorkerProcess Start(StreamApplication application, int number) =>
        application.StartWorker(environment: new Dictionary<string, string?> { ["MEMBER"] = $"member-{number}" });

    // Blocks tell when a partition was being read: the deltas topic has the broker's timestamps.
    private static Dictionary<uint, TimeSpan> Gaps(string servers, string deltasTopic)
    {
        Dictionary<uint, DateTime> last = [];
        Dictionary<uint, TimeSpan> longest = [];
        IEnumerable<(uint Partition, DateTime Time)> blocks = TopicReader.ReadAll(servers, deltasTopic)
            .SelectMany(record => DeltaBatch.Parser.ParseFrom(record.Message.Value).Blocks
                .Select(block => (block.SourcePartition, record.Message.Timestamp.UtcDateTime)));
        foreach ((uint partition, DateTime time) in blocks.OrderBy(block => block.Time))
        {
            if (last.TryGetValue(partition, out DateTime before) && time - before > longest.GetValueOrDefault(partition))
            {
                longest[partition] = time - before;
            }

            last[partition] = time;
        }

        Assert.Equal(RecordFile.PartitionCount, longest.Count);
        return longest;
    }
}
