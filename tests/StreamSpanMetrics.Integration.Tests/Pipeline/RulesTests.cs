using StreamSpanMetrics.Integration.Tests.Support;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Integration.Tests.Pipeline;

public sealed class RulesTests(KafkaFixture kafka)
{
    private const int BadConfiguration = 78;
    private const int CouldNotStart = 3;

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
        Assert.Contains(await sharded.WaitForExitAsync(), (int[])[BadConfiguration, CouldNotStart]);
        Assert.Contains("stream.shards", sharded.Output, StringComparison.Ordinal);

        good.Stop();
        Assert.True(await good.WaitForExitAsync() == 0, good.Output);
    }
}
