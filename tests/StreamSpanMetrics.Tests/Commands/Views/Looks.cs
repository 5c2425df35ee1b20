using StreamSpanMetrics.Commands.Views;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Tests.Commands.Views;

/// <summary>Made-up looks at an application with two source partitions and one shard.</summary>
internal static class Looks
{
    public static readonly DateTimeOffset Now = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);

    public static readonly long NowMillis = Now.ToUnixTimeMilliseconds();

    public static readonly PartitionOwner Owner = new("member-1", "client", "10.0.0.1");

    public static GroupLag Group(string stage, string topic, params PartitionLag[] partitions) => new()
    {
        Stage = stage,
        Group = "app." + stage,
        Topic = topic,
        State = "Stable",
        Members = 1,
        RecordsBehind = partitions.Sum(partition => partition.RecordsBehind),
        SecondsBehind = partitions.Max(partition => partition.SecondsBehind),
        Partitions = partitions,
    };

    public static PartitionLag Partition(int number, long committed, long end, double seconds = 0, bool isOwned = true) => new()
    {
        Partition = number,
        LogStartOffset = 0,
        CommittedOffset = committed,
        StableOffset = end,
        EndOffset = end,
        RecordsBehind = end - committed,
        SecondsBehind = seconds,
        Owner = isOwned ? Owner : null,
    };

    public static ShardProgress Shard(int number, params (long Offset, long ClockMillis)[] sources) => new(
        number,
        sources.Length == 0 ? ShardState.NoStep : 99,
        [
            .. sources.Select((source, partition) => new SourcePosition
            {
                Partition = (uint)partition, ExpectedOffset = source.Offset, ClockUnixMillis = source.ClockMillis,
            }),
        ]);

    public static StepHolds Holds(GroupLag aggregate, bool shardIsOwned = true, params int[] arriving) => new(
        aggregate,
        Group("merge", "app.deltas", Partition(0, 40, 40, isOwned: shardIsOwned), Partition(1, 40, 40, isOwned: shardIsOwned)),
        intervalMillis: 15_000,
        TimeSpan.FromSeconds(15),
        Now)
    {
        Arriving = arriving.ToHashSet(),
    };

    public static LagReport Lag()
    {
        GroupLag aggregate = Group("aggregate", "spans[red]", Partition(0, 10, 10), Partition(1, 20, 320, 12.25));
        ShardProgress shard = Shard(0, (10, NowMillis - 2000), (20, NowMillis - 61_500));
        StepHolds holds = Holds(aggregate);
        return new LagReport
        {
            ApplicationId = "app",
            Time = Now,
            Shards = [holds.Of(shard)],
            Sources = holds.Sources([shard]),
            Groups = [aggregate],
        };
    }

    public static ShardDetail Detail() => new(new ShardSummary
    {
        Shard = 0,
        ClosedStep = 99,
        ClosedUntil = Now.AddSeconds(-3),
        ActiveSeries = 12,
        Services = 3,
        DeltasOffset = 400,
        SnapshotTime = Now.AddSeconds(-90),
        SnapshotAgeSeconds = 90,
        ReplayOffsets = 60,
        StateStartOffset = 0,
        StateEndOffset = 1000,
    })
    {
        LimitedServices = [new ServiceDetail("", "cart", 7, 2) { LimitedResources = 1, Overflowed = 400 }],
        TopLabels = [new LabelDetail("", "cart", "http.route", 50) { IsLimited = true }, new LabelDetail("shop", "mail", "span.name", 3000)],
        TopServices = [new ServiceDetail("", "cart [red]\u001b[2J", 7, 2), new ServiceDetail("shop", "mail", 4, 1)],
        OtherSeries = 1,
        Sources = [new SourceDetail(0, 20, 0, Now.AddSeconds(-2)), new SourceDetail(1, null, 0, null)],
        Control = new ControlDetail(1, 1, "00000000000000ff", 1, "spans", [0, 0], ["shards 1", "interval_millis 15000"]),
    };

    public static StateReport<ShardDetail> Details() => new() { ApplicationId = "app", Time = Now, Shards = [Detail()] };

    public static StateReport<ShardSummary> Summaries() => new() { ApplicationId = "app", Time = Now, Shards = [Detail().Summary()] };
}
