using StreamSpanMetrics.Core.Settings;

namespace StreamSpanMetrics.Kafka;

/// <summary>How a topic should be.</summary>
/// <param name="Name">Name.</param>
/// <param name="Partitions">Partitions; 0 leaves it to whoever created it.</param>
/// <param name="Configs">Settings that matter.</param>
internal sealed record TopicPlan(string Name, int Partitions, IReadOnlyDictionary<string, string> Configs)
{
    private const string LogAppendTime = "LogAppendTime";
    private const string DayMillis = "86400000";
    private const string SegmentBytes = "67108864";

    /// <summary>The topics of an application, the source first (S5).</summary>
    public static IReadOnlyList<TopicPlan> For(ProcessorSettings settings)
    {
        StreamSettings stream = settings.Stream;
        Dictionary<string, string> appendTime = new() { ["message.timestamp.type"] = LogAppendTime };
        return
        [
            new(settings.Source.Topic, stream.SourcePartitions, appendTime),
            new(stream.DeltasTopic, stream.Shards, new Dictionary<string, string>(appendTime)
            {
                ["cleanup.policy"] = "delete",
                ["retention.ms"] = DayMillis,
            }),
            new(stream.StateTopic, stream.Shards, new Dictionary<string, string>(appendTime)
            {
                ["cleanup.policy"] = "compact",
                ["segment.bytes"] = SegmentBytes,
                ["min.cleanable.dirty.ratio"] = "0.3",
                ["max.compaction.lag.ms"] = "3600000",
            }),
            new(settings.MetricsTopic.Topic, stream.Shards, appendTime),
            new(stream.DeadLetterTopic, 1, appendTime),
        ];
    }
}
