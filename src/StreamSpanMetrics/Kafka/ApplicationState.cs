using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;
using StreamSpanMetrics.Stages;
using StreamSpanMetrics.Telemetry;

namespace StreamSpanMetrics.Kafka;

/// <summary>
/// The life of an application id: its topics, and the control record that its very first start writes, together with the offsets of
/// all three groups, in one transaction (S1). From then on whatever is missing is an error.
/// </summary>
internal sealed class ApplicationState
{
    private static readonly TimeSpan WaitForBroker = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TransactionTimeout = TimeSpan.FromSeconds(10);

    private readonly ProcessorSettings settings;
    private readonly RulesFingerprint rules;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly ApplicationProblems problems;

    public ApplicationState(ProcessorSettings settings, TimeProvider time, ILogger logger)
    {
        this.settings = settings;
        this.time = time;
        this.logger = logger;
        rules = new RulesFingerprint(settings);
        problems = new ApplicationProblems(settings);
    }

    /// <summary>Makes sure of topics and control record, waiting for brokers and source topic.</summary>
    public async Task<PreparedApplication> PrepareAsync(CancellationToken stop)
    {
        using TopicAdmin admin = new(ClientConfigs.Client(settings.Source.Kafka));
        while (true)
        {
            try
            {
                ControlRecord control = await TryPrepareAsync(admin, stop).ConfigureAwait(false);
                return new PreparedApplication(control, await SourceIsLogAppendTimeAsync(admin).ConfigureAwait(false));
            }
            catch (KafkaException exception) when (TransientErrors.Include(exception))
            {
                // Every step of the preparation may be repeated: each looks first whether it was done. A topic that was just created
                // has no leader for a moment, and a broker may go away in between.
                logger.WaitingFor(BrokerReason(admin, exception), time);
                await Task.Delay(WaitForBroker, time, stop).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Whether a topic id is not that of the source topic that the application reads; false where brokers have no ids.</summary>
    public static bool IsOtherTopic(ControlRecord control, ReadOnlySpan<byte> topicId)
    {
        ByteString known = control.CurrentTopicId.IsEmpty ? control.SourceTopicId : control.CurrentTopicId;
        return topicId.Length > 0 && !known.IsEmpty && !known.Span.SequenceEqual(topicId);
    }

    /// <summary>What has to be merged before a successor can take over. Nobody may aggregate any more.</summary>
    public async Task<DrainGoal> DrainGoalAsync()
    {
        using TopicAdmin admin = new(ClientConfigs.Client(settings.Source.Kafka));
        using GroupAdmin groups = new(ClientConfigs.Client(settings.Source.Kafka));
        string group = settings.Stream.Group("aggregate");
        GroupMembership membership = await groups.DescribeAsync(group).ConfigureAwait(false);
        if (membership.Members.Count > 0)
        {
            throw new StageStoppedException(
                $"{membership.Members.Count} workers still aggregate for '{settings.Stream.ApplicationId}': it cannot be drained. Nothing was "
                + "changed. Stop them, and start this again. A worker that was killed counts until its session ends "
                + $"({settings.Source.SessionTimeout.TotalSeconds} s).");
        }

        int partitions = await admin.PartitionCountAsync(settings.Source.Topic).ConfigureAwait(false);
        return new DrainGoal(
            await groups.StableCommittedAsync(group, settings.Source.Topic, partitions).ConfigureAwait(false), settings.Stream.Shards);
    }

    private async Task<ControlRecord> TryPrepareAsync(TopicAdmin admin, CancellationToken stop)
    {
        int sourcePartitions = await WaitForSourceAsync(admin, stop).ConfigureAwait(false);
        // The control record first: it is written after all topics, so what is missing once it is there was deleted. The other way
        // round, topics that another worker is just creating would look like that.
        bool hasState = await admin.PartitionCountAsync(settings.Stream.StateTopic).ConfigureAwait(false) > 0;
        ControlRecord? control = hasState ? ReadControl(stop) : null;
        List<TopicPlan> missing = await MissingTopicsAsync(admin).ConfigureAwait(false);
        if (control is not null && missing.Count > 0)
        {
            throw new StageStoppedException(problems.LostTopic(missing[0].Name));
        }

        foreach (TopicPlan plan in missing)
        {
            if (await admin.CreateAsync(plan, settings.Stream.ReplicationFactor).ConfigureAwait(false))
            {
                logger.TopicCreated(plan.Name, plan.Partitions);
            }
        }

        while (control is null)
        {
            control = await WriteControlAsync(admin, sourcePartitions, stop).ConfigureAwait(false);
        }

        Check(control);
        await CheckTopicAsync(admin, control).ConfigureAwait(false);
        return control;
    }

    private async Task<bool> SourceIsLogAppendTimeAsync(TopicAdmin admin)
    {
        IReadOnlyDictionary<string, string> configs = await admin.ConfigsAsync(settings.Source.Topic).ConfigureAwait(false);
        return configs.GetValueOrDefault("message.timestamp.type") == "LogAppendTime";
    }

    private async Task<int> WaitForSourceAsync(TopicAdmin admin, CancellationToken stop)
    {
        while (true)
        {
            string reason;
            try
            {
                int partitions = await admin.PartitionCountAsync(settings.Source.Topic).ConfigureAwait(false);
                if (partitions > 0)
                {
                    return partitions;
                }

                reason = $"the topic {settings.Source.Topic}: it does not exist yet "
                    + "(create it with 'spanmetrics topics --create', or let the Collector do it)";
            }
            catch (KafkaException exception)
            {
                reason = BrokerReason(admin, exception);
            }

            logger.WaitingFor(reason, time);
            await Task.Delay(WaitForBroker, time, stop).ConfigureAwait(false);
        }
    }

    private string BrokerReason(TopicAdmin admin, KafkaException exception) =>
        $"a broker at {string.Join(',', settings.Source.Kafka.Brokers)}: {admin.Reason(exception)}";

    private async Task<List<TopicPlan>> MissingTopicsAsync(TopicAdmin admin)
    {
        List<TopicPlan> missing = [];
        foreach (TopicPlan plan in TopicPlan.For(settings).Where(plan => plan.Name != settings.Source.Topic))
        {
            int partitions = await admin.PartitionCountAsync(plan.Name).ConfigureAwait(false);
            if (partitions == 0)
            {
                missing.Add(plan);
            }
            else if (partitions != plan.Partitions)
            {
                throw new OtherRulesException(problems.OtherShards(plan.Name, partitions, plan.Partitions));
            }
        }

        return missing;
    }

    private ControlRecord? ReadControl(CancellationToken stop)
    {
        StreamSettings stream = settings.Stream;
        ConsumerConfig config = ClientConfigs.RangeConsumer(settings.Source.Kafka);
        using KafkaShardLog log = new(config, stream.DeltasTopic, stream.StateTopic, time, logger);
        StateContents contents = log.ReadState(0, stop);
        RestoreFailure failure = StateRecordReader.TryControl(contents.Control, out ControlRecord? control);
        return failure is RestoreFailure.None or RestoreFailure.Missing ? control : throw new StageStoppedException(problems.Control(failure));
    }

    private async Task<ControlRecord?> WriteControlAsync(TopicAdmin admin, int sourcePartitions, CancellationToken stop)
    {
        StreamSettings stream = settings.Stream;
        ProducerConfig config = ClientConfigs.Producer(
            settings.Source.Kafka, stream.ApplicationId + ".control", TransactionTimeout, "none");
        using KafkaStageProducer producer = new(config, () => { }, time, logger, stop);
        // Fences another worker that is doing the same just now; whoever comes second finds the record.
        producer.Prepare();
        if (ReadControl(stop) is ControlRecord written)
        {
            return written;
        }

        if (HasOffsets(sourcePartitions))
        {
            // Either another worker was first since the look above, and its record came with these offsets; or the state topic was lost, and
            // a fresh start would repeat counters from zero under the same names.
            return ReadControl(stop) ?? throw new StageStoppedException(problems.LostControl());
        }

        OffsetSpec from = settings.Source.InitialOffset == InitialOffset.Latest ? OffsetSpec.Latest() : OffsetSpec.Earliest();
        IReadOnlyDictionary<int, long> starts = await admin.OffsetsAsync(settings.Source.Topic, sourcePartitions, from).ConfigureAwait(false);
        byte[] topicId = await admin.TopicIdAsync(settings.Source.Topic).ConfigureAwait(false);
        Handover? handover = null;
        if (stream.Predecessor.Length > 0)
        {
            handover = await new Predecessor(settings, admin, time, logger).EndAsync(topicId, stop).ConfigureAwait(false);
            starts = handover.StartOffsets.Index().ToDictionary(start => start.Index, start => start.Item);
        }

        IReadOnlyDictionary<int, long> metrics = await admin
            .OffsetsAsync(settings.MetricsTopic.Topic, stream.Shards, OffsetSpec.Latest()).ConfigureAwait(false);
        ControlRecord control = new()
        {
            Format = StateFormat.Newest,
            Semantics = RulesFingerprint.Semantics,
            RulesFingerprint = rules.Number,
            Shards = (uint)stream.Shards,
            SourceTopicId = ByteString.CopyFrom(topicId),
            SourceTopic = settings.Source.Topic,
            RulesText = rules.Text,
            IntervalMillis = RulesBuilder.Points(settings).IntervalMillis,
            Predecessor = stream.Predecessor,
            StartUnixMillis = handover?.StartUnixMillis ?? 0,
        };
        control.StartOffsets.Add(starts.OrderBy(start => start.Key).Select(start => start.Value));
        TransactionOutcome outcome = producer.Run(client => WriteFirst(producer, client, control, starts, metrics));
        if (outcome != TransactionOutcome.Committed)
        {
            return null;
        }

        if (handover is null)
        {
            logger.FirstStart(stream.ApplicationId, settings.Source.Topic, string.Join(',', control.StartOffsets));
        }
        else
        {
            logger.Succession(
                stream.ApplicationId, stream.Predecessor, settings.Source.Topic, string.Join(',', control.StartOffsets),
                DateTimeOffset.FromUnixTimeMilliseconds(control.StartUnixMillis));
        }

        return control;
    }

    private void WriteFirst(
        KafkaStageProducer producer, IProducer<byte[]?, byte[]?> client, ControlRecord control, IReadOnlyDictionary<int, long> starts,
        IReadOnlyDictionary<int, long> metrics)
    {
        StreamSettings stream = settings.Stream;
        IEnumerable<int> shards = Enumerable.Range(0, stream.Shards);
        KafkaStageProducer.ProduceAll(
            client,
            [.. shards.Select(shard => new OutgoingRecord(stream.StateTopic, shard, StateKeys.Control(shard), StateSeal.Seal(control)))]);
        SendOffsets(producer, client, "aggregate", settings.Source.Topic, starts);
        SendOffsets(producer, client, "merge", stream.DeltasTopic, shards.ToDictionary(shard => shard, _ => 0L));
        SendOffsets(producer, client, "export", settings.MetricsTopic.Topic, metrics);
    }

    // The groups are empty: nobody can be a member before the control record is there.
    private void SendOffsets(
        KafkaStageProducer producer, IProducer<byte[]?, byte[]?> client, string stage, string topic, IReadOnlyDictionary<int, long> offsets) =>
        producer.SendOffsets(
            client,
            [.. offsets.Select(offset => new TopicPartitionOffset(topic, offset.Key, offset.Value))],
            GroupAdmin.EmptyMembership(settings.Source.Kafka, settings.Stream.Group(stage)));

    private void Check(ControlRecord control)
    {
        StreamSettings stream = settings.Stream;
        if (control.RulesFingerprint != rules.Number || control.Shards != stream.Shards)
        {
            throw new OtherRulesException(
                $"The application '{stream.ApplicationId}' runs under other rules; a change of rules needs another stream.application_id. "
                + $"Differences:\n{Differences(control.RulesText, rules.Text)}");
        }
    }

    private async Task CheckTopicAsync(TopicAdmin admin, ControlRecord control)
    {
        if (IsOtherTopic(control, await admin.TopicIdAsync(settings.Source.Topic).ConfigureAwait(false)))
        {
            throw new StageStoppedException(problems.OtherTopic());
        }
    }

    private bool HasOffsets(int sourcePartitions)
    {
        ConsumerConfig config = ClientConfigs.RangeConsumer(settings.Source.Kafka);
        config.GroupId = settings.Stream.Group("aggregate");
        using IConsumer<Ignore, Ignore> consumer = new ConsumerBuilder<Ignore, Ignore>(config).Build();
        IEnumerable<TopicPartition> partitions = Enumerable.Range(0, sourcePartitions)
            .Select(partition => new TopicPartition(settings.Source.Topic, partition));
        return consumer.Committed(partitions, TransactionTimeout).Exists(offset => !offset.Offset.IsSpecial);
    }

    private static string Differences(string theirs, string ours)
    {
        string[] old = theirs.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        string[] now = ours.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        return string.Join('\n', old.Except(now).Select(line => "  running: " + line).Concat(now.Except(old).Select(line => "  here:    " + line)));
    }
}
