using StreamSpanMetrics.Hosting;
using StreamSpanMetrics.Http;
using StreamSpanMetrics.Telemetry;
using StreamSpanMetrics.Tests.Stages.Support;

namespace StreamSpanMetrics.Tests.Telemetry;

public sealed class WorkerHealthTests : IDisposable
{
    private readonly ManualTime time = new(new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
    private readonly WorkerMetrics metrics;
    private readonly WorkerHealth health;
    private readonly StageTelemetry merge;

    public WorkerHealthTests()
    {
        metrics = new WorkerMetrics("test", time);
        health = new WorkerHealth(metrics, TimeSpan.FromMinutes(5));
        merge = new StageTelemetry(metrics, "merge", 0, time);
    }

    public void Dispose() => metrics.Dispose();

    [Fact]
    public void A_worker_that_waits_for_its_start_is_healthy_and_not_ready()
    {
        Assert.True(health.Health().IsGood);
        Expect(health.Readiness(), false, "starting");
    }

    [Fact]
    public void A_loop_that_does_not_turn_is_named()
    {
        time.Advance(WorkerHealth.LongestSilence + TimeSpan.FromSeconds(1));
        Expect(health.Health(), false, "merge-0 has not turned for 181 s");
        merge.Beat();
        Assert.True(health.Health().IsGood);
    }

    [Fact]
    public void Ready_is_who_has_joined_restored_and_caught_up()
    {
        health.Started();
        Expect(health.Readiness(), false, "merge-0 has not joined");
        merge.HasJoined = true;
        merge.Partitions = [Row(lagRecords: 0, lagSeconds: 0)];
        Assert.True(health.Readiness().IsGood);
        merge.RestoringShards = 1;
        Expect(health.Readiness(), false, "merge-0 restores a shard");
        merge.RestoringShards = 0;
        merge.Shards = [new ShardStatus(3, 17, IsStopped: true)];
        Expect(health.Readiness(), false, "shard 3 has stopped");
    }

    [Theory]
    [InlineData(7, 299.0, true)]
    [InlineData(7, 301.0, false)]
    [InlineData(7, null, false)]
    [InlineData(0, 0.0, true)]
    public void A_partition_may_be_behind_for_as_long_as_the_settings_say(long records, double? seconds, bool ready)
    {
        health.Started();
        merge.HasJoined = true;
        merge.Partitions = [Row(records, seconds)];
        Expect(health.Readiness(), ready, ready ? "ready" : "partition 2 is 7 records and");
    }

    private static PartitionStatus Row(long lagRecords, double? lagSeconds) => new(2, lagRecords, lagSeconds, null, false, 0, 0);

    private static void Expect(HealthAnswer answer, bool good, string text)
    {
        Assert.Equal(good, answer.IsGood);
        Assert.Contains(text, answer.Text, StringComparison.Ordinal);
    }
}
