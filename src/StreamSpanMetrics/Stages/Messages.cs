namespace StreamSpanMetrics.Stages;

/// <summary>What a stage says when it cannot go on: what happened, and what to do.</summary>
internal static class Messages
{
    public static string MissingOffset(string stage, string topic, int partition, RepairCommands repair)
    {
        string source = stage == "export"
            ? "To send all points that the topic still has again (a receiver takes equal points twice)"
            : "To go on where the state says";
        return $"The application has run before, but the committed offset of {topic}[{partition}] is gone (Kafka forgets the offsets of a group "
            + "that is down for offsets.retention.minutes). Nothing was changed. "
            + $"{source}, with all workers stopped: {repair.RestoreOffset(stage, partition)}.";
    }

    public static string Fenced(string stage) =>
        $"{stage}: another process uses the same transactional id, and has taken over. Give every worker its own stream.instance_id, or none.";

    public static string DataLoss(string topic, int partition, long position, long? start) =>
        $"{topic}[{partition}]: the next offset to read is {position}, but the log starts at {(start is long known ? known : "an unknown offset")}. "
        + "Records were deleted before they were read, or the topic was cut short. With stream.on_data_loss: continue a hole at the start of "
        + "the log is noted and skipped.";

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
