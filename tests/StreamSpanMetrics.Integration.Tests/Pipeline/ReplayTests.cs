using Confluent.Kafka;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using StreamSpanMetrics.Integration.Tests.Support;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Integration.Tests.Pipeline;

public sealed class ReplayTests(KafkaFixture kafka)
{
    private const int StepMillis = 1000;
    private const int Records = 150;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("LogAppendTime")]
    [InlineData("CreateTime")]
    public async Task The_same_topic_read_again_gives_the_same_bytes(string timestamps)
    {
        string servers = await kafka.RequireAsync();
        string topic = Topics.UniqueName("spans");
        await Topics.CreateAsync(
            servers, topic, RecordFile.PartitionCount, new Dictionary<string, string> { ["message.timestamp.type"] = timestamps });
        await using StreamApplication live = new(servers, topic);
        await using StreamApplication replay = new(servers, topic) { Stream = "shards: 4, threads: {aggregate: 2}, commit_interval: 300ms" };
        await using Traffic traffic = Traffic.Start(servers, topic, seed: 4);
        live.StartWorker();
        await traffic.WaitForMoreAsync(Records);
        RecordProducer.ProduceFile(servers, topic, "flask_new");
        IReadOnlyList<byte[]> values = await traffic.StopAsync();
        SpanTruth truth = SpanTruth.Of([.. values, .. RecordFile.Read("flask_new").Select(record => record.Value)]);
        await HoldsAsync(live, truth);

        replay.StartWorker();
        await HoldsAsync(replay, truth);
        IReadOnlyList<ConsumeResult<byte[]?, byte[]?>> first = TopicReader.ReadAll(servers, live.MetricsTopic);
        IReadOnlyList<ConsumeResult<byte[]?, byte[]?>> second = TopicReader.ReadAll(servers, replay.MetricsTopic);
        for (int partition = 0; partition < 4; partition++)
        {
            AreEqual(InPartition(first, partition), InPartition(second, partition), partition);
        }
    }

    private static async Task HoldsAsync(StreamApplication application, SpanTruth truth)
    {
        long seen = 0;
        await Eventually.TrueAsync(
            () =>
            {
                application.HasNotFailed();
                seen = TotalOf(application);
                return seen == truth.Spans;
            },
            () => $"{seen} of {truth.Spans} spans are in the points\n{application.Output}",
            Deadline);
        PointLog points = PointLog.Read(application.BootstrapServers, application.MetricsTopic);
        points.Holds(truth);
        points.IsGapless(StepMillis / 1000);
    }

    private static long TotalOf(StreamApplication application) =>
        Topics.Exists(application.BootstrapServers, application.MetricsTopic)
            ? PointLog.Read(application.BootstrapServers, application.MetricsTopic).Calls.Values.Sum(points => points[^1].AsInt)
            : 0;

    // Both still write the same totals at every step, so one is ahead by some steps; the shorter one holds all spans, see above.
    private static void AreEqual(
        List<ConsumeResult<byte[]?, byte[]?>> first, List<ConsumeResult<byte[]?, byte[]?>> second, int partition)
    {
        foreach ((int index, (ConsumeResult<byte[]?, byte[]?> one, ConsumeResult<byte[]?, byte[]?> other)) in first.Zip(second).Index())
        {
            bool same = one.Message.Key.AsSpan().SequenceEqual(other.Message.Key) && one.Message.Value.AsSpan().SequenceEqual(other.Message.Value);
            Assert.True(same, $"partition {partition}, record {index} differs:\n{Text(one)}\n{Text(other)}");
        }
    }

    private static List<ConsumeResult<byte[]?, byte[]?>> InPartition(IEnumerable<ConsumeResult<byte[]?, byte[]?>> records, int partition) =>
        [.. records.Where(record => record.Partition.Value == partition)];

    private static ExportMetricsServiceRequest Text(ConsumeResult<byte[]?, byte[]?> record) =>
        ExportMetricsServiceRequest.Parser.ParseFrom(record.Message.Value);
}
