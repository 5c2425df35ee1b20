using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Kafka;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Commands.Views;

/// <summary>Gathers what <c>state</c> shows, by restoring each shard and letting it go again.</summary>
internal sealed class StateInspection
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ProcessorSettings settings;
    private readonly TopicAdmin topics;
    private readonly TimeProvider time;

    public StateInspection(ProcessorSettings settings, TopicAdmin topics, TimeProvider time)
    {
        this.settings = settings;
        this.topics = topics;
        this.time = time;
    }

    /// <summary>The services, and the labels, of a shard that are shown by name.</summary>
    public int TopServices { get; init; } = 10;

    /// <summary>A look at all shards, or at one of them.</summary>
    public Func<ProgressView?, CancellationToken, Task<StateReport<ShardDetail>>> Looker(int? only) =>
        (progress, stop) => RunAsync(only, progress, stop);

    /// <summary>The shards of the application, or one of them.</summary>
    public async Task<StateReport<ShardDetail>> RunAsync(int? only, ProgressView? progress, CancellationToken stop)
    {
        StreamSettings stream = settings.Stream;
        int shards = await ApplicationLook.ShardsAsync(settings, topics).ConfigureAwait(false);
        if (only >= shards)
        {
            throw new ViewException($"there is no shard {only}: the application has shards 0 to {shards - 1}", ExitCode.Usage);
        }

        IReadOnlyDictionary<int, OffsetRange> logs = await ApplicationLook.OffsetsAsync(topics, stream.StateTopic, shards).ConfigureAwait(false);
        List<ShardDetail> details = [];
        foreach (int shard in only is int one ? [one] : Enumerable.Range(0, shards))
        {
            details.Add(Look(shard, logs[shard], progress, stop));
        }

        return new StateReport<ShardDetail> { ApplicationId = stream.ApplicationId, Time = time.GetUtcNow(), Shards = details };
    }

    private ShardDetail Look(int shard, OffsetRange stateLog, ProgressView? progress, CancellationToken stop)
    {
        StreamSettings stream = settings.Stream;
        ConsumerConfig config = ClientConfigs.RangeConsumer(settings.Source.Kafka);
        using KafkaShardLog log = new(config, stream.DeltasTopic, stream.StateTopic, time, NullLogger.Instance)
        {
            Patience = Patience,
            Progress = reading => progress?.Report($"reading {reading.Topic}[{reading.Partition}]", reading.Done, reading.Total, "offsets"),
        };
        RestoredShard restored = new ShardReader(settings, log).Read(shard, stop);
        ShardSummary summary = new()
        {
            Shard = shard, Problem = restored.Problem, StateStartOffset = stateLog.From, StateEndOffset = stateLog.To,
        };
        ControlDetail control = Detail(restored.Control);
        if (restored.State is not ShardState state)
        {
            return new ShardDetail(summary) { Control = control };
        }

        DateTimeOffset? snapshot = ReplayStart(shard, restored, stop);
        long closed = Math.Max(state.ClosedStep, state.EmittedThroughStep);
        IReadOnlyList<ServiceSeries> services = ServiceSeries.Of(state);
        summary = summary with
        {
            ClosedStep = closed == ShardState.NoStep ? null : closed,
            ClosedUntil = ViewTimes.EndOfStep(closed, state.Rules.IntervalMillis),
            ActiveSeries = state.ActiveSeries,
            Services = services.Count(service => service.Series > 0),
            DeltasOffset = restored.ReplayTo,
            SnapshotTime = snapshot,
            SnapshotAgeSeconds = ViewTimes.SecondsSince(snapshot, time.GetUtcNow()),
            ReplayOffsets = restored.ReplayTo - restored.ReplayFrom,
        };
        return new ShardDetail(summary)
        {
            TopServices = [.. services.Take(TopServices).Select(Detail)],
            LimitedServices =
            [
                .. services.Where(service => service.LimitedResources > 0).OrderByDescending(service => service.Overflowed)
                    .Take(TopServices).Select(Detail),
            ],
            TopLabels =
            [
                .. LabelValues.Of(state).OrderByDescending(label => label.IsLimited).Take(TopServices)
                    .Select(label => new LabelDetail(label.ServiceNamespace, label.ServiceName, label.Label, label.Values)
                    {
                        IsLimited = label.IsLimited,
                    }),
            ],
            OtherSeries = services.Skip(TopServices).Sum(service => service.Series),
            Sources = Details(state),
            Control = control,
        };
    }

    // The state topic does not say when a set was begun, but the deltas are stamped by the broker.
    private DateTimeOffset? ReplayStart(int shard, RestoredShard restored, CancellationToken stop)
    {
        TopicPartition partition = new(settings.Stream.DeltasTopic, shard);
        Dictionary<TopicPartition, OffsetRange> replay = new() { [partition] = new OffsetRange(restored.ReplayFrom, restored.ReplayTo) };
        PartitionPeek peek = new(ClientConfigs.RangeConsumer(settings.Source.Kafka), time);
        return peek.First(replay, stop).TryGetValue(partition, out ConsumeResult<byte[]?, byte[]?>? first)
            ? ViewTimes.FromMillis(first.Message.Timestamp.UnixTimestampMs)
            : null;
    }

    private static List<SourceDetail> Details(ShardState state)
    {
        List<SourceDetail> sources = [];
        foreach (SourceState source in state.Sources)
        {
            sources.Add(new SourceDetail(
                sources.Count,
                source.IsKnown ? source.ExpectedOffset : null,
                source.ExpectedPart,
                source.ClockUnixMillis == SourceState.NoClock ? null : ViewTimes.FromMillis(source.ClockUnixMillis)));
        }

        return sources;
    }

    private static ServiceDetail Detail(ServiceSeries service) =>
        new(service.ServiceNamespace, service.ServiceName, service.Series, service.Resources)
        {
            LimitedResources = service.LimitedResources, Overflowed = service.Overflowed,
        };

    private static ControlDetail Detail(ControlRecord control) => new(
        control.Format,
        control.Semantics,
        control.RulesFingerprint.ToString("x16", System.Globalization.CultureInfo.InvariantCulture),
        control.Shards,
        control.SourceTopic,
        [.. control.StartOffsets],
        control.RulesText.Split('\n', StringSplitOptions.RemoveEmptyEntries));
}
