using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace StreamSpanMetrics.Telemetry;

/// <summary>
/// Every message the program logs. Error means that data is lost or somebody must act. Nothing is logged for each record or span:
/// messages that bad input could repeat go through a limit.
/// </summary>
internal static partial class Log
{
    private static readonly TimeSpan RepeatInterval = TimeSpan.FromSeconds(30);
    private static readonly ConcurrentDictionary<string, long> LastByMessage = new(StringComparer.Ordinal);

    [LoggerMessage(1, LogLevel.Information, "{Stage}: partitions {Partitions} of {Topic} assigned")]
    public static partial void PartitionsAssigned(this ILogger logger, string stage, string topic, string partitions);

    [LoggerMessage(2, LogLevel.Information, "{Stage}: partitions {Partitions} of {Topic} handed over")]
    public static partial void PartitionsRevoked(this ILogger logger, string stage, string topic, string partitions);

    [LoggerMessage(3, LogLevel.Warning,
        "{Stage}: partitions {Partitions} of {Topic} lost; their new owner reads again what was not "
        + "committed")]
    public static partial void PartitionsLost(this ILogger logger, string stage, string topic, string partitions);

    [LoggerMessage(4, LogLevel.Warning,
        "{Stage}: a transaction over {Partitions} partitions was aborted and is sent again (repeated at most every 30 s)")]
    private static partial void CutAbortedOnce(this ILogger logger, string stage, int partitions);

    [LoggerMessage(36, LogLevel.Warning,
        "The Kafka client has not answered for {Seconds} s, its own time-out, while it sent offsets: a new client takes its place, and the "
        + "transaction is done again")]
    public static partial void CallLost(this ILogger logger, double seconds);

    [LoggerMessage(5, LogLevel.Warning,
        "{Stage}: the outcome of a transaction is unknown; reading {Topic} again from the committed "
        + "offsets")]
    public static partial void Rewound(this ILogger logger, string stage, string topic);

    [LoggerMessage(6, LogLevel.Error,
        "{Stage}: {Topic}[{Partition}] lost the records from {From} to {To} to retention before they were "
        + "read")]
    public static partial void DataLost(this ILogger logger, string stage, string topic, int partition, long from, long to);

    [LoggerMessage(7, LogLevel.Warning,
        "{Stage}: {Topic}[{Partition}] offset {Offset} went to the dead-letter topic: {Reason} (further ones are "
        + "counted, not logged, for 30 s)")]
    private static partial void BadRecordOnce(this ILogger logger, string stage, string topic, int partition, long offset, string reason);

    [LoggerMessage(8, LogLevel.Warning, "Kafka: {Message} (repeated at most every 30 s)")]
    private static partial void KafkaErrorOnce(this ILogger logger, string message);

    [LoggerMessage(9, LogLevel.Information, "{Stage}: shard {Shard} restored: {Series} series, step {Step}, {Milliseconds} ms")]
    public static partial void ShardRestored(this ILogger logger, string stage, int shard, int series, string step, long milliseconds);

    [LoggerMessage(10, LogLevel.Critical, "{Stage}: {Message}")]
    public static partial void StageFailed(this ILogger logger, string stage, string message);

    [LoggerMessage(11, LogLevel.Warning,
        "Remote write to {Endpoint} fails since {Since:u} and is tried again (attempt {Attempts}): {Reason}; "
        + "points wait in the metrics topic")]
    public static partial void RemoteWriteAway(this ILogger logger, string endpoint, DateTimeOffset since, int attempts, string reason);

    [LoggerMessage(12, LogLevel.Information, "Remote write to {Endpoint} works again; it failed since {Since:u}, {Attempts} attempts")]
    public static partial void RemoteWriteBack(this ILogger logger, string endpoint, DateTimeOffset since, int attempts);

    [LoggerMessage(35, LogLevel.Warning,
        "{Endpoint} does not read remote write 2.0 ({Answer}): 1.0 is sent until the next start, without start timestamps")]
    public static partial void RemoteWriteFellBack(this ILogger logger, string endpoint, string answer);

    [LoggerMessage(13, LogLevel.Error,
        "Remote write refused {Samples} samples for good ({Reason}; further ones are counted, not logged, for a "
        + "minute): {Answer}")]
    public static partial void SamplesRefused(this ILogger logger, long samples, string reason, string answer);

    [LoggerMessage(14, LogLevel.Error, "{Topic}[{Shard}]: sequence {Expected} expected, {Found} found: point records are missing")]
    public static partial void SequenceHole(this ILogger logger, string topic, int shard, ulong expected, ulong found);

    [LoggerMessage(15, LogLevel.Information, "{Application} started: stages {Stages}, {Topic} at {Brokers}")]
    public static partial void Started(this ILogger logger, string application, string stages, string topic, string brokers);

    [LoggerMessage(16, LogLevel.Information, "Stopped")]
    public static partial void Stopped(this ILogger logger);

    [LoggerMessage(17, LogLevel.Information, "Waiting for {What} (repeated at most every 30 s)")]
    private static partial void WaitingForOnce(this ILogger logger, string what);

    [LoggerMessage(18, LogLevel.Information,
        "First start of application '{Application}': control record written, {Topic} is read from "
        + "{Offsets}")]
    public static partial void FirstStart(this ILogger logger, string application, string topic, string offsets);

    [LoggerMessage(19, LogLevel.Information, "Topic {Topic} created with {Partitions} partitions")]
    public static partial void TopicCreated(this ILogger logger, string topic, int partitions);

    [LoggerMessage(20, LogLevel.Warning,
        "{Stage}: shard {Shard} closed step {Step} without partition {Partition}, which stands still; its late "
        + "records fold into later steps")]
    public static partial void StepForced(this ILogger logger, string stage, int shard, long step, int partition);

    [LoggerMessage(21, LogLevel.Error,
        "{Topic}[{Partition}] offset {Offset} is no record of ours and was skipped: {Reason} (further ones are not logged for 30 s)")]
    private static partial void ForeignRecordOnce(this ILogger logger, string topic, int partition, long offset, string reason);

    [LoggerMessage(22, LogLevel.Warning, "{Stage}: a transaction of shard {Shard} was aborted and is sent again (repeated at most every 30 s)")]
    private static partial void PointsAbortedOnce(this ILogger logger, string stage, int shard);

    [LoggerMessage(23, LogLevel.Information, "/metrics, /healthz and /readyz are served at {Address}")]
    public static partial void TelemetryServed(this ILogger logger, Uri address);

    [LoggerMessage(24, LogLevel.Warning,
        "Port {Port} is in use, the free port {Other} is taken for /metrics; stream.telemetry.port chooses another")]
    public static partial void TelemetryPortTaken(this ILogger logger, int port, int other);

    [LoggerMessage(33, LogLevel.Information, "{Stage}: shard {Shard} is drained: all is merged, and closed through step {Step}")]
    public static partial void ShardDrained(this ILogger logger, string stage, int shard, long step);

    [LoggerMessage(34, LogLevel.Information,
        "First start of application '{Application}' as successor of '{Predecessor}': {Topic} is read from {Offsets}, the first point is at {Time:u}")]
    public static partial void Succession(
        this ILogger logger, string application, string predecessor, string topic, string offsets, DateTimeOffset time);

    [LoggerMessage(32, LogLevel.Warning,
        "{Stage}: shard {Shard} goes on behind {Offsets} source offsets that were given up by 'state accept-gap'; they are not counted")]
    public static partial void GapAccepted(this ILogger logger, string stage, int shard, long offsets);

    [LoggerMessage(25, LogLevel.Error,
        "{Stage}: {Topic}[{Partition}] is not read for {Seconds} s: most of its records do not decode. The last one: {Reason} "
        + "What was read is in the dead-letter topic; the rest waits")]
    public static partial void BreakerTripped(
        this ILogger logger, string stage, string topic, int partition, double seconds, string reason);

    [LoggerMessage(31, LogLevel.Information, "Reading {Topic}[{Partition}]: {Done} of {Total} offsets")]
    public static partial void Reading(this ILogger logger, string topic, int partition, long done, long total);

    /// <summary>
    /// An aborted transaction of the aggregate stage; logged once per 30 s: between an expelled member's two lives every attempt is one.
    /// </summary>
    public static void CutAborted(this ILogger logger, string stage, int partitions, TimeProvider time)
    {
        if (IsDue($"aborted {stage}", time))
        {
            logger.CutAbortedOnce(stage, partitions);
        }
    }

    /// <summary>An aborted transaction of the merge stage; logged once per shard and 30 s.</summary>
    public static void PointsAborted(this ILogger logger, string stage, int shard, TimeProvider time)
    {
        if (IsDue($"aborted {stage} {shard}", time))
        {
            logger.PointsAbortedOnce(stage, shard);
        }
    }

    /// <summary>A record that somebody else wrote; logged once per partition and 30 s.</summary>
    public static void ForeignRecord(this ILogger logger, string topic, int partition, long offset, string reason, TimeProvider time)
    {
        if (IsDue($"foreign {topic} {partition}", time))
        {
            logger.ForeignRecordOnce(topic, partition, offset, reason);
        }
    }

    /// <summary>A dead letter; logged once per partition and 30 s.</summary>
    public static void BadRecord(
        this ILogger logger, string stage, string topic, int partition, long offset, string reason, TimeProvider time)
    {
        if (IsDue($"bad {topic} {partition}", time))
        {
            logger.BadRecordOnce(stage, topic, partition, offset, reason);
        }
    }

    /// <summary>Something that is waited for at the start; each text once in 30 s.</summary>
    public static void WaitingFor(this ILogger logger, string what, TimeProvider time)
    {
        if (IsDue("waiting " + what, time))
        {
            logger.WaitingForOnce(what);
        }
    }

    /// <summary>An error of the Kafka client, which goes on by itself; each text once in 30 s.</summary>
    public static void KafkaError(this ILogger logger, string message, TimeProvider time)
    {
        // The client puts times and counts into its texts: without them, the same trouble is the same message.
        if (IsDue("kafka " + Numbers().Replace(message, "#"), time))
        {
            logger.KafkaErrorOnce(message);
        }
    }

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Numbers();

    private static bool IsDue(string message, TimeProvider time)
    {
        long now = time.GetTimestamp();
        while (true)
        {
            if (!LastByMessage.TryGetValue(message, out long last))
            {
                if (LastByMessage.TryAdd(message, now))
                {
                    return true;
                }
            }
            else if (time.GetElapsedTime(last, now) < RepeatInterval)
            {
                return false;
            }
            else if (LastByMessage.TryUpdate(message, now, last))
            {
                return true;
            }
        }
    }
}
