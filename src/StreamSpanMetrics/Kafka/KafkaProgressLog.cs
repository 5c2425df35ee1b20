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
/// Looks at the ends of the state topic's partitions: every merge transaction ends with a progress record. Each question has clients of its
/// own, for one that lived through a restart of the broker was seen to get no answer any more; there are few questions.
/// </summary>
internal sealed class KafkaProgressLog : IProgressLog
{
    private readonly KafkaClientSettings kafka;
    private readonly PartitionPeek peek;
    private readonly string stateTopic;
    private readonly int shards;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly CancellationTokenSource closed = new();
    private Task last = Task.CompletedTask;

    public KafkaProgressLog(KafkaClientSettings kafka, string stateTopic, int shards, TimeProvider time, ILogger logger)
    {
        this.stateTopic = stateTopic;
        this.shards = shards;
        this.time = time;
        this.logger = logger;
        this.kafka = kafka;
        peek = new PartitionPeek(ClientConfigs.RangeConsumer(kafka), time);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyCollection<ProgressRecord>?> ReadAsync()
    {
        Task<IReadOnlyCollection<ProgressRecord>?> question = Task.Run(TryReadAsync);
        last = question;
        return question;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        closed.Cancel();
        // A question on its way ends soon, without an answer: the clients must not be taken from under it.
        last.Wait();
        closed.Dispose();
    }

    private async Task<IReadOnlyCollection<ProgressRecord>?> TryReadAsync()
    {
        using TopicAdmin topics = new(ClientConfigs.RangeConsumer(kafka));
        try
        {
            return await ReadNewestAsync(topics).ConfigureAwait(false);
        }
        catch (KafkaException exception)
        {
            logger.KafkaError($"looking at {stateTopic}: {topics.Reason(exception)}", time);
            return null;
        }
        catch (OperationCanceledException)
        {
            // Closed while it waited: nobody will look at the answer.
            return null;
        }
    }

    private async Task<IReadOnlyCollection<ProgressRecord>> ReadNewestAsync(TopicAdmin topics)
    {
        IReadOnlyDictionary<int, long> starts = await TopicAdmin
            .WithinAsync(topics.OffsetsAsync(stateTopic, shards, OffsetSpec.Earliest()), time, closed.Token).ConfigureAwait(false);
        IReadOnlyDictionary<int, long> ends = await TopicAdmin
            .WithinAsync(topics.OffsetsAsync(stateTopic, shards, OffsetSpec.Latest(), IsolationLevel.ReadCommitted), time, closed.Token)
            .ConfigureAwait(false);
        Dictionary<TopicPartition, OffsetRange> ranges = starts.ToDictionary(
            start => new TopicPartition(stateTopic, start.Key), start => new OffsetRange(start.Value, ends[start.Key]));
        return [.. peek.Last(ranges, record => Progress(record) is not null, closed.Token).Values.Select(record => Progress(record)!)];
    }

    private static ProgressRecord? Progress(ConsumeResult<byte[]?, byte[]?> record)
    {
        StateContents contents = new(record.Partition.Value);
        if (record.Message.Key is null || !contents.Add(record.Message.Key, record.Message.Value) || contents.Progress is null)
        {
            return null;
        }

        try
        {
            return ProgressRecord.Parser.ParseFrom(contents.Progress);
        }
        catch (InvalidProtocolBufferException)
        {
            // Merge stops at a damaged record and says so. For how far partitions may be read an older one will do.
            return null;
        }
    }
}
