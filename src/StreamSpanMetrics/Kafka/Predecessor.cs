using Confluent.Kafka;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;
using StreamSpanMetrics.Stages;

namespace StreamSpanMetrics.Kafka;

/// <summary>
/// The application that another one takes over from (S6). It must be drained: nobody runs its stages, its shards have merged all that was
/// aggregated, and no step is open. Then no span is between the two, and no point of the one is at a time of the other's.
/// </summary>
internal sealed class Predecessor
{
    private readonly ProcessorSettings settings;
    private readonly TopicAdmin topics;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly StreamSettings old;

    public Predecessor(ProcessorSettings settings, TopicAdmin topics, TimeProvider time, ILogger logger)
    {
        this.settings = settings;
        this.topics = topics;
        this.time = time;
        this.logger = logger;
        old = settings.Stream with { ApplicationId = settings.Stream.Predecessor };
    }

    /// <summary>Where it ended. Throws a <see cref="StageStoppedException"/> with a hint if it has not.</summary>
    public async Task<Handover> EndAsync(byte[] sourceTopicId, CancellationToken stop)
    {
        int shards = await topics.PartitionCountAsync(old.StateTopic).ConfigureAwait(false);
        if (shards == 0)
        {
            throw Refused($"there is no topic {old.StateTopic}. Is stream.predecessor its application id?");
        }

        using GroupAdmin groups = new(ClientConfigs.Client(settings.Source.Kafka));
        foreach (string stage in (string[])["aggregate", "merge"])
        {
            GroupMembership membership = await groups.DescribeAsync(old.Group(stage)).ConfigureAwait(false);
            if (membership.Members.Count > 0)
            {
                throw Refused($"{membership.Members.Count} workers still run its stage {stage}. Stop them, then drain it: {DrainLine()}.");
            }
        }

        using KafkaShardLog log = new(
            ClientConfigs.RangeConsumer(settings.Source.Kafka), old.DeltasTopic, old.StateTopic, time, logger);
        ControlRecord control = Control(log, sourceTopicId, stop);
        int partitions = await topics.PartitionCountAsync(settings.Source.Topic).ConfigureAwait(false);
        IReadOnlyDictionary<int, long> committed = await groups
            .StableCommittedAsync(old.Group("aggregate"), settings.Source.Topic, partitions).ConfigureAwait(false);
        List<long> starts = [];
        for (int partition = 0; partition < partitions; partition++)
        {
            bool known = committed.TryGetValue(partition, out long offset);
            if (!known && partition < control.StartOffsets.Count)
            {
                throw Refused($"the committed offset of its aggregate stage for {settings.Source.Topic}[{partition}] is gone: repair that first "
                    + "('spanmetrics state verify' with its settings).");
            }

            starts.Add(offset);
        }

        long last = Enumerable.Range(0, shards).Max(shard => LastClosedMillis(log, control, shard, starts, stop));
        long interval = RulesBuilder.Points(settings).IntervalMillis;
        // One whole step behind the last point: two points never share a timestamp, and none is missing between.
        return new Handover(starts, last == long.MinValue ? 0 : (((last - 1) / interval) + 2) * interval);
    }

    private ControlRecord Control(KafkaShardLog log, byte[] sourceTopicId, CancellationToken stop)
    {
        RestoreFailure failure = StateRecordReader.TryControl(log.ReadState(0, stop).Control, out ControlRecord? control);
        if (failure != RestoreFailure.None)
        {
            throw Refused("its control record cannot be read: look with 'spanmetrics state verify' and its settings.");
        }

        if (control!.SourceTopic != settings.Source.Topic || ApplicationState.IsOtherTopic(control, sourceTopicId))
        {
            throw Refused($"it reads another topic: {control.SourceTopic}, not {settings.Source.Topic}, or one of that name that is gone.");
        }

        return control;
    }

    // End of the last closed step; the smallest number if the shard has never closed one.
    private long LastClosedMillis(KafkaShardLog log, ControlRecord control, int shard, List<long> starts, CancellationToken stop)
    {
        ShardRules rules = new()
        {
            Shard = shard, RulesFingerprint = control.RulesFingerprint, IntervalMillis = control.IntervalMillis,
            Layout = new SeriesLayout(new SpanRules()),
        };
        StateContents contents = log.ReadState(shard, stop);
        if (contents.Progress is null && starts.Zip(control.StartOffsets).All(pair => pair.First == pair.Second))
        {
            return long.MinValue;
        }

        RestoreFailure failure = StateRecordReader.TryProgress(contents.Progress, rules, out ProgressRecord? progress);
        if (failure == RestoreFailure.Missing)
        {
            // Stopped before its first progress: that is no damage.
            throw Refused($"its shard {shard} has not begun to merge what was aggregated: it is not drained. To drain it: {DrainLine()}.");
        }

        if (failure != RestoreFailure.None)
        {
            throw Refused($"the progress of its shard {shard} cannot be read: look with 'spanmetrics state verify' and its settings.");
        }

        for (int partition = 0; partition < starts.Count; partition++)
        {
            long merged = partition < progress!.Sources.Count ? progress.Sources[partition].ExpectedOffset : -1;
            if (merged < starts[partition] && !(merged < 0 && starts[partition] == 0))
            {
                throw Refused($"its shard {shard} has merged {settings.Source.Topic}[{partition}] up to {merged} of {starts[partition]}: it is not "
                    + $"drained. To drain it: {DrainLine()}.");
            }
        }

        long newest = progress!.Sources.Max(source => source.ClockUnixMillis);
        bool isOpen = newest != SourceState.NoClock && progress.ClosedStep < rules.StepOf(newest);
        return isOpen || progress.EmittedRecords > 0
            ? throw Refused($"its shard {shard} has steps that are not closed: it is not drained. To drain it: {DrainLine()}.")
            : progress.ClosedStep == ShardState.NoStep ? long.MinValue : (progress.ClosedStep + 1) * rules.IntervalMillis;
    }

    private static string DrainLine() => "`spanmetrics run --drain`, with its settings (--config)";

    private StageStoppedException Refused(string reason) => new(
        $"The application '{settings.Stream.ApplicationId}' cannot take over from its predecessor '{settings.Stream.Predecessor}' "
        + $"(stream.predecessor): {reason} Nothing was changed.");
}
