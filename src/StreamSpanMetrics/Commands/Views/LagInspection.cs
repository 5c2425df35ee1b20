using Confluent.Kafka;
using Confluent.Kafka.Admin;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Kafka;
using StreamSpanMetrics.Schemas.V1;
using StreamSpanMetrics.Stages;

namespace StreamSpanMetrics.Commands.Views;

/// <summary>Gathers what <c>lag</c> shows, without joining a group.</summary>
internal sealed class LagInspection
{
    // A step is not late before: margins of idle partitions, the time to the next progress record, and the commits in between.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(15);

    // Long enough to see whether records come in.
    private static readonly TimeSpan SecondLook = TimeSpan.FromSeconds(1);

    private readonly ProcessorSettings settings;
    private readonly TopicAdmin topics;
    private readonly GroupInspection inspection;
    private readonly PartitionPeek peek;
    private readonly TimeProvider time;

    public LagInspection(ProcessorSettings settings, TopicAdmin topics, GroupAdmin groups, TimeProvider time)
    {
        this.settings = settings;
        this.topics = topics;
        this.time = time;
        peek = new PartitionPeek(ClientConfigs.RangeConsumer(settings.Source.Kafka), time);
        inspection = new GroupInspection(topics, groups, peek);
    }

    /// <summary>Takes a look.</summary>
    public async Task<LagReport> RunAsync(ProgressView? progress, CancellationToken stop)
    {
        StreamSettings stream = settings.Stream;
        int shardCount = await ApplicationLook.ShardsAsync(settings, topics).ConfigureAwait(false);
        List<GroupLag> groups = [];
        (string Stage, string Topic)[] stages =
        [
            ("aggregate", settings.Source.Topic), ("merge", stream.DeltasTopic), ("export", settings.MetricsTopic.Topic),
        ];
        foreach ((string stage, string topic) in stages.Where(stage => stage.Stage != "export" || settings.RemoteWrite is not null))
        {
            progress?.Report("looking at the groups", groups.Count, stages.Length, "groups");
            groups.Add(await inspection.RunAsync(stage, stream.Group(stage), topic, stop).ConfigureAwait(false));
        }

        IReadOnlyList<ShardProgress> shards = await ShardsAsync(shardCount, stop).ConfigureAwait(false);
        return await JudgeAsync(groups, shards, stop).ConfigureAwait(false);
    }

    private async Task<LagReport> JudgeAsync(List<GroupLag> groups, IReadOnlyList<ShardProgress> shards, CancellationToken stop)
    {
        TimeSpan step = settings.Connector.MetricsFlushInterval;
        TimeSpan commit = settings.Stream.CommitInterval;
        TimeSpan grace = Grace + (commit > TimeSpan.Zero ? commit : AggregateOptions.DefaultCommitInterval(step));
        DateTimeOffset now = time.GetUtcNow();
        StepHolds holds = new(groups[0], groups[1], (long)step.TotalMilliseconds, grace, now);
        List<ShardLag> lags = [.. shards.Select(holds.Of)];
        if (lags.Exists(lag => lag.Reason == HoldReason.StandingStill))
        {
            holds = new StepHolds(groups[0], groups[1], (long)step.TotalMilliseconds, grace, now)
            {
                Arriving = await ArrivingAsync(groups[0], stop).ConfigureAwait(false),
            };
            lags = [.. shards.Select(holds.Of)];
        }

        return new LagReport
        {
            ApplicationId = settings.Stream.ApplicationId, Time = now, Shards = lags, Sources = holds.Sources(shards), Groups = groups,
        };
    }

    // Whether a partition is idle or gets records with old timestamps shows only when the end of the log is looked at twice.
    private async Task<IReadOnlySet<int>> ArrivingAsync(GroupLag aggregate, CancellationToken stop)
    {
        await Task.Delay(SecondLook, time, stop).ConfigureAwait(false);
        IReadOnlyDictionary<int, long> ends = await topics
            .OffsetsAsync(aggregate.Topic, aggregate.Partitions.Count, OffsetSpec.Latest()).ConfigureAwait(false);
        return aggregate.Partitions
            .Where(partition => ends[partition.Partition] > partition.EndOffset)
            .Select(partition => partition.Partition)
            .ToHashSet();
    }

    // Every merge transaction ends with a progress record: it stands at the end of the shard's partition.
    private async Task<IReadOnlyList<ShardProgress>> ShardsAsync(int shards, CancellationToken stop)
    {
        string topic = settings.Stream.StateTopic;
        IReadOnlyDictionary<int, OffsetRange> logs = await ApplicationLook.OffsetsAsync(topics, topic, shards).ConfigureAwait(false);
        IReadOnlyDictionary<int, long> stable = await topics
            .OffsetsAsync(topic, shards, OffsetSpec.Latest(), IsolationLevel.ReadCommitted).ConfigureAwait(false);
        IReadOnlyDictionary<TopicPartition, ConsumeResult<byte[]?, byte[]?>> newest = peek.Last(
            logs.ToDictionary(log => new TopicPartition(topic, log.Key), log => log.Value with { To = stable[log.Key] }), IsNoChunk, stop);
        List<ShardProgress> progress = [];
        for (int shard = 0; shard < shards; shard++)
        {
            StateContents contents = new(shard);
            if (newest.TryGetValue(new TopicPartition(topic, shard), out ConsumeResult<byte[]?, byte[]?>? record))
            {
                contents.Add(record.Message.Key, record.Message.Value);
            }

            progress.Add(Read(shard, contents));
        }

        return progress;
    }

    private static bool IsNoChunk(ConsumeResult<byte[]?, byte[]?> record)
    {
        StateContents contents = new(record.Partition.Value);
        return contents.Add(record.Message.Key, record.Message.Value) && (contents.Progress ?? contents.Control) is not null;
    }

    private ShardProgress Read(int shard, StateContents contents)
    {
        if (contents.Progress is not null)
        {
            ProgressRecord record = ApplicationLook.Parse(ProgressRecord.Parser, contents.Progress, settings);
            ApplicationLook.CheckRules(settings, record.RulesFingerprint);
            return new ShardProgress(shard, record.ClosedStep, record.Sources);
        }

        // Nothing was merged yet: the shard is where the first start put it.
        ControlRecord control = ApplicationLook.Control(settings, contents);
        IEnumerable<SourcePosition> starts = control.StartOffsets.Select((offset, partition) => new SourcePosition
        {
            Partition = (uint)partition, ExpectedOffset = offset, ClockUnixMillis = SourceState.NoClock,
        });
        return new ShardProgress(shard, ShardState.NoStep, [.. starts]);
    }
}
