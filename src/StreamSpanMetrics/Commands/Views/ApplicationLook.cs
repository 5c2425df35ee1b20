using Confluent.Kafka.Admin;
using Google.Protobuf;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Kafka;
using StreamSpanMetrics.Schemas.V1;
using StreamSpanMetrics.Stages;

namespace StreamSpanMetrics.Commands.Views;

/// <summary>What all views ask first: whether the application has run, and under which rules.</summary>
internal static class ApplicationLook
{
    /// <summary>Number of shards; throws a <see cref="ViewException"/> if the application has never started.</summary>
    public static async Task<int> ShardsAsync(ProcessorSettings settings, TopicAdmin admin)
    {
        StreamSettings stream = settings.Stream;
        int shards = await admin.PartitionCountAsync(stream.StateTopic).ConfigureAwait(false);
        return shards > 0
            ? shards
            : throw ViewException.NeverStarted(stream.ApplicationId, $"there is no topic {stream.StateTopic}");
    }

    /// <summary>First and next offset of every partition of a topic.</summary>
    public static async Task<IReadOnlyDictionary<int, OffsetRange>> OffsetsAsync(TopicAdmin admin, string topic, int partitions)
    {
        IReadOnlyDictionary<int, long> starts = await admin.OffsetsAsync(topic, partitions, OffsetSpec.Earliest()).ConfigureAwait(false);
        IReadOnlyDictionary<int, long> ends = await admin.OffsetsAsync(topic, partitions, OffsetSpec.Latest()).ConfigureAwait(false);
        return starts.ToDictionary(start => start.Key, start => new OffsetRange(start.Value, ends[start.Key]));
    }

    /// <summary>The control record of a shard; throws a <see cref="ViewException"/> if there is none, or one of other rules.</summary>
    public static ControlRecord Control(ProcessorSettings settings, StateContents contents)
    {
        StreamSettings stream = settings.Stream;
        if (contents.Control is null)
        {
            throw ViewException.NeverStarted(stream.ApplicationId, $"{stream.StateTopic} holds no control record");
        }

        RestoreFailure failure = StateRecordReader.TryControl(contents.Control, out ControlRecord? control);
        if (failure != RestoreFailure.None)
        {
            throw new ViewException(Problems(settings).Record(0, failure, StateRecordKind.Control, -1), ExitCode.Failed);
        }

        CheckRules(settings, control!.RulesFingerprint);
        return control;
    }

    /// <summary>Parses a record of the state topic.</summary>
    public static TMessage Parse<TMessage>(MessageParser<TMessage> parser, byte[] value, ProcessorSettings settings)
        where TMessage : IMessage<TMessage>
    {
        try
        {
            return parser.ParseFrom(value);
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new ViewException($"{settings.Stream.StateTopic} holds a damaged record: {exception.Message}", ExitCode.Failed);
        }
    }

    /// <summary>What can be wrong with a shard, in words.</summary>
    public static ShardProblems Problems(ProcessorSettings settings) =>
        new(settings.Stream.DeltasTopic, settings.Stream.StateTopic, new RepairCommands(settings.File));

    /// <summary>Throws a <see cref="ViewException"/> if a record was written under other rules.</summary>
    public static void CheckRules(ProcessorSettings settings, ulong fingerprint)
    {
        if (fingerprint != new RulesFingerprint(settings).Number)
        {
            throw ViewException.OtherRules(settings.Stream.ApplicationId);
        }
    }
}
