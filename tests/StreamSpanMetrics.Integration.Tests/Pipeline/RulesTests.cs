using Confluent.Kafka;
using StreamSpanMetrics.Integration.Tests.Support;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Integration.Tests.Pipeline;

public sealed class RulesTests(KafkaFixture kafka)
{
    private const int BadConfiguration = 78;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_worker_with_other_rules_is_turned_away_and_the_others_go_on()
    {
        string servers = await kafka.RequireAsync();
        string topic = Topics.UniqueName("spans");
        await Topics.CreateAsync(servers, topic, RecordFile.PartitionCount);
        await using StreamApplication application = new(servers, topic);
        WorkerProcess good = application.StartWorker();
        await good.WaitForOutputAsync("restored");

        WorkerProcess other = application.StartWorker(connector: "dimensions: [{name: http.method, default: GET}]");
        WorkerProcess sharded = application.StartWorker(stream: "shards: 2");
        Assert.Equal(BadConfiguration, await other.WaitForExitAsync());
        Assert.Contains("here:    dimensions: http.method default 'GET'", other.Output, StringComparison.Ordinal);
        Assert.Contains("another stream.application_id", other.Output, StringComparison.Ordinal);
        Assert.Equal(BadConfiguration, await sharded.WaitForExitAsync());
        Assert.Contains("stream.shards", sharded.Output, StringComparison.Ordinal);

        good.Stop();
        Assert.True(await good.WaitForExitAsync() == 0, good.Output);
    }

    [Fact]
    public async Task A_worker_that_is_turned_away_has_written_nothing_and_other_limits_are_no_other_rules()
    {
        string servers = await kafka.RequireAsync();
        string topic = Topics.UniqueName("spans");
        await Topics.CreateAsync(servers, topic, RecordFile.PartitionCount);
        await using StreamApplication application = new(servers, topic);
        WorkerProcess good = application.StartWorker();
        await good.WaitForOutputAsync("restored", Deadline);
        good.Stop();
        Assert.True(await good.WaitForExitAsync() == 0, good.Output);
        long[] before = Ends(application);

        WorkerProcess other = application.StartWorker(connector: "histogram: {explicit: {buckets: [1ms, 5ms]}}");
        Assert.Equal(BadConfiguration, await other.WaitForExitAsync(Deadline));
        WorkerProcess sharded = application.StartWorker(stream: "shards: 3");
        Assert.Equal(BadConfiguration, await sharded.WaitForExitAsync(Deadline));
        Assert.Contains($"set stream.shards to 4, or take another stream.application_id, with stream.predecessor: {application.Id}",
            sharded.Output, StringComparison.Ordinal);
        Assert.Equal(before, Ends(application));

        WorkerProcess limited = application.StartWorker(stream: "shards: 4, max_record_bytes: 2KiB, commit_interval: 500ms, max_ahead: 5m");
        await limited.WaitForOutputAsync("restored", Deadline);
        limited.Stop();
        Assert.True(await limited.WaitForExitAsync() == 0, limited.Output);
    }

    private static long[] Ends(StreamApplication application)
    {
        using IConsumer<Ignore, Ignore> consumer = new ConsumerBuilder<Ignore, Ignore>(
            new ConsumerConfig { BootstrapServers = application.BootstrapServers, GroupId = "ends" }).Build();
        return
        [
            .. from topic in (string[])["deltas", "state", "points"]
               from partition in Enumerable.Range(0, 4)
               select consumer.QueryWatermarkOffsets(new TopicPartition($"{application.Id}.{topic}", partition), Deadline).High.Value,
        ];
    }
}
