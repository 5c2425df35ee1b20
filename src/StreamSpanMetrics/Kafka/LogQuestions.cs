using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;
using StreamSpanMetrics.Stages;
using StreamSpanMetrics.Telemetry;

namespace StreamSpanMetrics.Kafka;

/// <summary>Asks where the logs of one topic begin and end. From any thread.</summary>
internal sealed class LogQuestions : IDisposable
{
    private readonly ClientConfig config;
    private readonly string topic;
    private readonly TimeProvider time;
    private readonly ILogger logger;

    // All that were ever asked: a question without an answer may still hold one.
    private readonly List<IAdminClient> clients = [];
    private readonly Lock gate = new();

    /// <summary>
    /// Asks over the connection of <paramref name="handle"/>, and over one of its own, made from <paramref name="config"/>, when that does
    /// not answer any more.
    /// </summary>
    public LogQuestions(Handle handle, ClientConfig config, string topic, TimeProvider time, ILogger logger)
    {
        this.config = config;
        this.topic = topic;
        this.time = time;
        this.logger = logger;
        clients.Add(new DependentAdminClientBuilder(handle).Build());
    }

    /// <summary>Log ends, uncommitted records included; absent where there was no answer.</summary>
    public async Task<IReadOnlyDictionary<int, long>> EndsAsync(IReadOnlyList<int> partitions)
    {
        try
        {
            return await ListAsync(partitions, OffsetSpec.Latest()).ConfigureAwait(false);
        }
        catch (KafkaException exception)
        {
            logger.KafkaError("asking for log ends: " + exception.Error.Reason, time);
            return new Dictionary<int, long>();
        }
    }

    /// <summary>Both kinds of ends; absent where there was no answer.</summary>
    public async Task<IReadOnlyDictionary<int, LogEnd>> BothEndsAsync(IReadOnlyList<int> partitions)
    {
        if (partitions.Count == 0)
        {
            return new Dictionary<int, LogEnd>();
        }

        try
        {
            OffsetSpec end = OffsetSpec.Latest();
            Dictionary<int, long> stable = await ListAsync(partitions, end, IsolationLevel.ReadCommitted).ConfigureAwait(false);
            Dictionary<int, long> high = await ListAsync(partitions, end).ConfigureAwait(false);
            return high
                .Where(answer => stable.ContainsKey(answer.Key))
                .ToDictionary(answer => answer.Key, answer => new LogEnd(answer.Value, stable[answer.Key]));
        }
        catch (KafkaException exception)
        {
            logger.KafkaError("asking for log ends: " + exception.Error.Reason, time);
            return new Dictionary<int, LogEnd>();
        }
    }

    /// <summary>First offset that a log still has; null if there was no answer.</summary>
    public async Task<long?> StartAsync(int partition)
    {
        try
        {
            Dictionary<int, long> starts = await ListAsync([partition], OffsetSpec.Earliest()).ConfigureAwait(false);
            return starts.TryGetValue(partition, out long start) ? start : null;
        }
        catch (KafkaException exception)
        {
            logger.KafkaError("asking for a log start: " + exception.Error.Reason, time);
            return null;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            clients.ForEach(client => client.Dispose());
        }
    }

    private async Task<Dictionary<int, long>> ListAsync(
        IReadOnlyList<int> partitions, OffsetSpec spec, IsolationLevel isolation = IsolationLevel.ReadUncommitted)
    {
        List<TopicPartitionOffsetSpec> asked =
            [.. partitions.Select(partition => new TopicPartitionOffsetSpec { TopicPartition = new(topic, partition), OffsetSpec = spec })];
        ListOffsetsOptions options = new() { IsolationLevel = isolation, RequestTimeout = TopicAdmin.AskTimeout };
        IAdminClient client = Newest();
        ListOffsetsResult result;
        try
        {
            result = await TopicAdmin.WithinAsync(client.ListOffsetsAsync(asked, options), time).ConfigureAwait(false);
        }
        catch (KafkaException exception) when (exception.Error.Code == ErrorCode.Local_TimedOut)
        {
            Replace(client);
            throw;
        }

        return result.ResultInfos
            .Where(info => !info.TopicPartitionOffsetError.Error.IsError)
            .ToDictionary(info => info.TopicPartitionOffsetError.Partition.Value, info => info.TopicPartitionOffsetError.Offset.Value);
    }

    private IAdminClient Newest()
    {
        lock (gate)
        {
            return clients[^1];
        }
    }

    private void Replace(IAdminClient silent)
    {
        lock (gate)
        {
            if (clients[^1] == silent)
            {
                clients.Add(new AdminClientBuilder(config).SetLogHandler((_, _) => { }).SetErrorHandler((_, _) => { }).Build());
            }
        }
    }
}
