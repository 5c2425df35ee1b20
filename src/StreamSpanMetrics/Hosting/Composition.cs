using Microsoft.Extensions.Logging;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Prometheus;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Kafka;
using StreamSpanMetrics.Stages;
using StreamSpanMetrics.Telemetry;

namespace StreamSpanMetrics.Hosting;

/// <summary>The one place that knows all concrete types: builds stages from settings.</summary>
internal sealed class Composition : IDisposable
{
    private readonly ProcessorSettings settings;
    private readonly RulesFingerprint rules;
    private readonly WorkerMetrics metrics;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly CancellationToken stop;
    private readonly string instance;
    private readonly RepairCommands repair;
    private readonly List<IDisposable> owned = [];

    public Composition(ProcessorSettings settings, WorkerMetrics metrics, TimeProvider time, ILogger logger, CancellationToken stop)
    {
        this.metrics = metrics;
        this.settings = settings;
        this.time = time;
        this.logger = logger;
        this.stop = stop;
        rules = new RulesFingerprint(settings);
        repair = new RepairCommands(settings.File);
        // KIP-447 fences by group generation: the id need not be stable, only unique (A5).
        instance = settings.Stream.InstanceId.Length > 0 ? settings.Stream.InstanceId : Guid.NewGuid().ToString("N")[..12];
    }

    /// <summary>Set by the demo alone: its broker forgets offsets sent in transactions.</summary>
    public bool OffsetsAreForgotten { get; init; }

    /// <summary>Partitions of the source topic at the first start.</summary>
    public required int SourcePartitions { get; init; }

    /// <summary>Whether the source topic has the broker's timestamps.</summary>
    public required bool SourceIsLogAppendTime { get; init; }

    /// <summary>With it merge ends once everything is merged and closed.</summary>
    public DrainGoal? Drain { get; init; }

    /// <summary>An aggregate loop.</summary>
    public AggregateStage Aggregate(int thread)
    {
        StreamSettings stream = settings.Stream;
        TimeSpan step = settings.Connector.MetricsFlushInterval;
        AggregateOptions options = new()
        {
            SourceTopic = settings.Source.Topic,
            SourceEncoding = settings.Source.Encoding,
            DeltasTopic = stream.DeltasTopic,
            DeadLetterTopic = stream.DeadLetterTopic,
            Shards = stream.Shards,
            IntervalMillis = (long)step.TotalMilliseconds,
            CommitInterval = stream.CommitInterval > TimeSpan.Zero ? stream.CommitInterval : AggregateOptions.DefaultCommitInterval(step),
            MaxAhead = stream.MaxAhead,
            RulesFingerprint = rules.Number,
            KnownPartitions = SourcePartitions,
            MaxRecordBytes = stream.MaxRecordBytes,
            OnDataLoss = stream.OnDataLoss,
            MaxSkewSteps = stream.MaxSkewSteps,
            BreakerRecords = stream.BreakerRecords,
            BreakerPause = stream.BreakerPause,
            SourceIsLogAppendTime = SourceIsLogAppendTime,
            OffsetsAreForgotten = OffsetsAreForgotten,
            Repair = repair,
        };
        StageTelemetry telemetry = new(metrics, "aggregate", thread, time) { Folds = new FoldCounters() };
        return new AggregateStage(
            telemetry, options, RulesBuilder.Spans(settings), RulesBuilder.Histogram(settings),
            Consumer(telemetry, settings.Source.Topic, true), Producer(telemetry, thread),
            Own(new KafkaProgressLog(settings.Source.Kafka, stream.StateTopic, stream.Shards, time, logger)), time, logger);
    }

    /// <summary>A merge loop.</summary>
    public MergeStage Merge(int thread)
    {
        StreamSettings stream = settings.Stream;
        MergeOptions options = new()
        {
            DeltasTopic = stream.DeltasTopic,
            StateTopic = stream.StateTopic,
            MetricsTopic = settings.MetricsTopic.Topic,
            Points = RulesBuilder.Points(settings),
            Layout = new SeriesLayout(RulesBuilder.Spans(settings)),
            RulesFingerprint = rules.Number,
            ClosePolicy = stream.ClosePolicy,
            BoundedAfter = stream.BoundedAfter,
            OffsetsAreForgotten = OffsetsAreForgotten,
            SourcePartitions = SourcePartitions,
            Drain = Drain,
            Repair = repair,
        };
        StageTelemetry telemetry = new(metrics, "merge", thread, time);
        KafkaShardLog log = new(ClientConfigs.RangeConsumer(settings.Source.Kafka), stream.DeltasTopic, stream.StateTopic, time, logger)
        {
            Progress = reading => metrics.RestoreProgress(reading.Partition, reading.Total > 0 ? (double)reading.Done / reading.Total : 1),
        };
        return new MergeStage(
            telemetry, options, Consumer(telemetry, stream.DeltasTopic, false), Producer(telemetry, thread), Own(log), time, logger);
    }

    /// <summary>An export loop; there must be a remote-write exporter.</summary>
    public ExportStage Export(int thread, ISeriesSender sender)
    {
        RemoteWriteSettings remoteWrite = settings.RemoteWrite!;
        PrometheusRules prometheus = RulesBuilder.Prometheus(settings);
        string topic = settings.MetricsTopic.Topic;
        StageTelemetry telemetry = new(metrics, "export", thread, time);
        return new ExportStage(
            telemetry, new ExportOptions { MetricsTopic = topic, OffsetsAreForgotten = OffsetsAreForgotten, Repair = repair }, prometheus,
            Consumer(telemetry, topic, true), sender,
            () => new RemoteWriteBatcher(remoteWrite.MaxBatchBytes, prometheus.SendMetadata), time, logger);
    }

    /// <summary>The sender that all export loops share; null without a remote-write exporter.</summary>
    public RemoteWriteSeriesSender? Sender() =>
        settings.RemoteWrite is null ? null : Own(new RemoteWriteSeriesSender(settings.RemoteWrite, ProgramVersion.UserAgent, metrics, time, logger));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (IDisposable disposable in owned)
        {
            disposable.Dispose();
        }
    }

    private KafkaStageConsumer Consumer(StageTelemetry telemetry, string topic, bool withHeaders) => Own(new KafkaStageConsumer(
        ClientConfigs.GroupConsumer(settings.Source.Kafka, settings.Source, Member(telemetry), withHeaders),
        ClientConfigs.Client(settings.Source.Kafka), topic, telemetry, time, logger, stop)
    {
        HasTopicIds = !OffsetsAreForgotten,
    });

    private GroupPlace Member(StageTelemetry telemetry)
    {
        string instance = settings.Source.GroupInstanceId;
        return new GroupPlace(
            settings.Stream.Group(telemetry.Stage), settings.Stream.GroupProtocol, instance.Length == 0 ? "" : $"{instance}.{telemetry.Name}");
    }

    private KafkaStageProducer Producer(StageTelemetry telemetry, int thread)
    {
        string id = $"{settings.Stream.ApplicationId}.{telemetry.Stage}.{instance}.{thread}";
        return Own(new KafkaStageProducer(
            ClientConfigs.Producer(settings.Source.Kafka, id, settings.Stream.TransactionTimeout, settings.MetricsTopic.Compression),
            telemetry.Beat, time, logger, stop));
    }

    private T Own<T>(T disposable)
        where T : IDisposable
    {
        owned.Add(disposable);
        return disposable;
    }
}
