namespace StreamSpanMetrics.Telemetry;

/// <summary>
/// Every instrument of the program: the inventory from which instruments are made and <c>docs/telemetry.md</c> is written. Names are
/// a promise to those who alert on them.
/// </summary>
public static class InstrumentCatalog
{
    private static readonly string[] None = [];
    private static readonly string[] ByStage = ["stage"];
    private static readonly string[] ByReason = ["reason"];
    private static readonly string[] ByPartition = ["partition"];
    private static readonly string[] ByStageAndPartition = ["stage", "partition"];

    /// <summary>All entries: first what was counted, then what went wrong, then how things stand, then how long they took.</summary>
    public static IReadOnlyList<InstrumentEntry> Entries { get; } =
    [
        Counter("records", "{record}", None, "Records of the span topic that were read, undecodable ones included."),
        Counter("read", "By", None, "Bytes of these records."),
        Counter("spans.counted", "{span}", None, "Spans counted."),
        Counter("events.counted", "{event}", None, "Span events counted; only where events are enabled."),
        Counter("spans.dropped", "{span}", ["reason", "rule"],
            "Spans not counted: missing_service_name, where the settings say drop; of stream.filter not_included (no include rule holds) and "
            + "excluded, whose rule is the number of the exclude rule, from 1 in the order of the settings."),
        Counter("spans.mended", "{span}", ByReason, "Spans counted although something was odd: unknown_service, end_before_start."),
        Counter("texts.mended", "{text}", ByReason,
            "Names and values changed before they became labels: invalid_utf8, too_deep, too_long, malformed. Once per new series, not per span."),
        Counter("point.records", "{record}", None, "Records written to the metrics topic."),
        Counter("samples.sent", "{sample}", None, "Samples that the remote-write endpoint accepted."),
        Counter("dead.letters", "{record}", ByReason, "Records that went to the dead-letter topic, by cause."),
        Counter("breaker.trips", "{pause}", ByPartition,
            "Pauses of a source partition because most of its records did not decode."),
        Counter("clock.ahead", "{record}", ByPartition,
            "Timestamps lowered because they were further ahead of this worker's clock than max_ahead."),
        Counter(
            "lost.records", "{record}", ByStageAndPartition,
            "Offsets that retention deleted before they were read; of merge, by shard: source offsets that 'state accept-gap' gave up."),
        Counter("folded", "{entry}", None,
            "Entries of closed steps that went into later ones. While this and clock_ahead are zero, a replay gives the same bytes."),
        Counter("steps.forced", "{step}", None, "Steps closed without a source partition that stood still."),
        Counter("transactions", "{transaction}", ["stage", "outcome"], "Transactions by outcome: committed, aborted, unknown, fenced."),
        Counter("sequence.holes", "{hole}", None, "Holes in the numbers of point records: somebody deleted records of the metrics topic."),
        Counter("samples.refused", "{sample}", ByReason,
            "Samples that the remote-write endpoint refused for good: already_written, too_old, too_far_ahead, duplicate, other."),
        Counter("remote.write.retries", "{attempt}", None, "Attempts of remote write that failed and were repeated."),
        Gauge("lag.records", "{record}", ByStageAndPartition, "Records between the position and the end of the log, of the partitions owned here."),
        Gauge("lag", "s", ByStageAndPartition, "Age of the newest record read, while there are more to read; 0 at the end of the log."),
        Gauge("watermark.timestamp", "s", ByPartition, "Watermark of the source partitions owned here, in seconds since 1970."),
        Gauge("watermark.behind", "s", ByPartition, "This worker's clock minus the watermark; negative where the watermark is ahead."),
        Gauge("unstable.records", "{record}", ByStageAndPartition,
            "High watermark minus last stable offset: records of open transactions and behind them."),
        Gauge("unstable.age", "s", ByStageAndPartition, "For how long the last stable offset has not moved although records wait behind it."),
        Gauge("active.series", "{series}", ["shard"], "Series alive in the shards owned here."),
        Gauge("service.series", "{series}", ["service"], "Series alive by service: the largest 50 per merge loop, the others together as _other."),
        Gauge("limited.resources", "{resource}", ["service"],
            "Resources at aggregation_cardinality_limit by service: the worst 50 per merge loop by refused_keys, the others together as _other."),
        Gauge("refused.keys", "{key}", ["service"],
            "About how many different keys went to overflow series since these began or this worker took the shard over (+-3.3 %): so many more "
            + "series the service would have without the limit. Services as there."),
        Gauge("label.limited.resources", "{resource}", ["service"],
            "Resources that had more than label_cardinality_limit values of a label in the last step with spans of them, by service, as there."),
        Gauge("assigned.partitions", "{partition}", ByStage, "Partitions owned by the loops of a stage here."),
        Gauge("paused.partitions", "{partition}", ByStage, "Owned partitions that are not being read just now."),
        Gauge("stopped.shards", "{shard}", None, "Shards that refused a delta block and wait for somebody. The log says why."),
        Gauge("restoring.shards", "{shard}", None, "Shards being restored."),
        Gauge("restore.progress", "1", ["shard"],
            "Part of a restore's present read that is done, from 0 to 1: first the state, then the deltas behind it."),
        Gauge("remote.write.away", "s", None, "For how long the remote-write endpoint has been failing; 0 while it works."),
        Gauge("build.info", "1", ["version"], "Always 1; the label has the program's version."),
        Histogram("cut.duration", None, "Time for which an aggregate loop stands still to freeze a cut."),
        Histogram("commit.duration", ByStage, "Time for a transaction, from its first record to the broker's answer."),
        Histogram("step.duration", None,
            "Time from the moment when a merge loop begins to close a step until its last points are computed; polls and commits between included."),
        Histogram("merge.pause", ["work"],
            "Time for which a merge loop did not poll: a whole turn of the loop, and of it apply (deltas), close (a step), state (a piece of the "
            + "snapshot), commit (handing a transaction over)."),
        Histogram("step.to.sample", None, "Time from the end of a step to the acceptance of its last samples by remote write."),
        Histogram("restore.duration", None, "Time to restore a shard, from its assignment; waiting for other restores included."),
        Histogram("remote.write.duration", None, "Time until a remote-write request was settled, its retries included."),
    ];

    /// <summary>The entry with this name, without the common prefix.</summary>
    /// <exception cref="KeyNotFoundException">There is none: an instrument that nobody documented.</exception>
    public static InstrumentEntry Find(string name) =>
        Entries.FirstOrDefault(entry => entry.Name == Prefix + name)
            ?? throw new KeyNotFoundException($"The instrument '{name}' is not in the inventory.");

    private const string Prefix = "spanmetrics.";

    private static InstrumentEntry Counter(string name, string unit, string[] labels, string description) =>
        new(Prefix + name, InstrumentKind.Counter, unit, labels, description);

    private static InstrumentEntry Gauge(string name, string unit, string[] labels, string description) =>
        new(Prefix + name, InstrumentKind.Gauge, unit, labels, description);

    private static InstrumentEntry Histogram(string name, string[] labels, string description) =>
        new(Prefix + name, InstrumentKind.Histogram, "s", labels, description);
}
