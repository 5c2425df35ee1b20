namespace StreamSpanMetrics.Stages;

/// <summary>What a stage says when it cannot go on: what happened, and what to do.</summary>
internal static class Messages
{
    public static string MissingOffset(string topic, int partition) =>
        $"The application has run before, but the committed offset of {topic}[{partition}] is gone (Kafka forgets the offsets of a group "
        + "that is down for offsets.retention.minutes). Nothing was changed. Set the offset with kafka-consumer-groups.sh --reset-offsets, "
        + "or start over under another stream.application_id.";

    public static string Fenced(string stage) =>
        $"{stage}: another process uses the same transactional id, and has taken over. Give every worker its own stream.instance_id, or none.";

    public static string DataLoss(string topic, int partition, long position, long? start) =>
        $"{topic}[{partition}]: the next offset to read is {position}, but the log starts at {(start is long known ? known : "an unknown offset")}. "
        + "Records were deleted before they were read, or the topic was cut short. With stream.on_data_loss: continue a hole at the start of "
        + "the log is noted and skipped.";

    public static string StateMismatch(string topic, int shard, long committed, long? progress) =>
        $"{topic}[{shard}]: the committed offset is {committed}, but the state says {(progress is long known ? known : "nothing")}. "
        + "One of the two was changed from outside. Nothing was changed. Start over under another stream.application_id, or restore the topic.";

    public static string ShardRefused(string topic, int shard, long offset, string reason) =>
        $"{topic}[{shard}] at offset {offset}: {reason}. This shard stops here, because going on would make its counters wrong; the others go on.";

    public static string RestoreFailed(string topic, int shard, string failure, int chunk) =>
        $"{topic}[{shard}]: the state cannot be restored: {failure}{(chunk < 0 ? "" : $" (chunk {chunk})")}. Nothing was changed. "
        + "The points can be computed again from the source topic under another stream.application_id.";

    /// <summary>How transactions can end, as labels of metrics.</summary>
    public static IEnumerable<string> Outcomes => Enum.GetValues<TransactionOutcome>().Select(Outcome);

    /// <summary>How a transaction ended, as a label of metrics.</summary>
    public static string Outcome(TransactionOutcome outcome) => outcome switch
    {
        TransactionOutcome.Committed => "committed",
        TransactionOutcome.Aborted => "aborted",
        TransactionOutcome.Unknown => "unknown",
        _ => "fenced",
    };
}
