using StreamSpanMetrics.Core.Settings;

namespace StreamSpanMetrics.Configuration;

/// <summary>
/// <c>receivers.kafka</c> (opentelemetry-collector-contrib receiver/kafkareceiver/config.go), where the spans come from.
/// </summary>
internal static class KafkaReceiverReader
{
    // librdkafka's range of session.timeout.ms and heartbeat.interval.ms (its CONFIGURATION.md).
    private static readonly TimeSpan LongestSession = TimeSpan.FromHours(1);
    private static readonly TimeSpan ShortestSession = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestHeartbeat = TimeSpan.FromMilliseconds(1);

    private const string OwnFetching = "fetching is tuned for this program";
    private const string ExactlyOnce = "offsets are committed in the transaction that writes their results";
    private const string BadRecords = "a record that cannot be read goes to the dead-letter topic";

    /// <summary>Reads the section.</summary>
    public static SpanSourceSettings Read(MappingReader reader)
    {
        SpanSourceSettings defaults = new();
        KafkaSecurity? security = KafkaSecurityReader.Read(reader);
        (string topic, SpanEncoding encoding) = ReadTraces(reader, defaults);
        SpanSourceSettings settings = new()
        {
            Kafka = new KafkaClientSettings
            {
                Brokers = KafkaKeys.ReadBrokers(reader) ?? defaults.Kafka.Brokers,
                ClientId = reader.Text("client_id", defaults.Kafka.ClientId),
                RackId = reader.Text("rack_id", defaults.Kafka.RackId),
                Tls = security?.Tls,
                Sasl = security?.Sasl,
            },
            Topic = topic,
            Encoding = encoding,
            InitialOffset = reader.Choice(
                "initial_offset", defaults.InitialOffset, ("earliest", InitialOffset.Earliest), ("latest", InitialOffset.Latest)),
            GroupInstanceId = reader.Text("group_instance_id", defaults.GroupInstanceId),
            SessionTimeout = reader.Duration("session_timeout", defaults.SessionTimeout, ShortestSession, LongestSession),
            HeartbeatInterval = reader.Duration("heartbeat_interval", defaults.HeartbeatInterval, ShortestHeartbeat, LongestSession),
        };
        if (settings.HeartbeatInterval >= settings.SessionTimeout)
        {
            string key = reader.Has("heartbeat_interval") ? "heartbeat_interval" : "session_timeout";
            reader.Error(key, "heartbeat_interval must be shorter than session_timeout", "a third of it is usual");
        }

        IgnoreRest(reader);
        reader.Finish();
        return settings;
    }

    private static (string Topic, SpanEncoding Encoding) ReadTraces(MappingReader reader, SpanSourceSettings defaults)
    {
        string topic = defaults.Topic;
        SpanEncoding encoding = defaults.Encoding;
        if (reader.Find("topic") is not null)
        {
            reader.Warning("topic", "is deprecated", "write 'traces: {topics: [NAME]}'");
            topic = KafkaKeys.ReadTopic(reader, "topic", topic);
        }

        if (reader.Find("encoding") is not null)
        {
            reader.Warning("encoding", "is deprecated", "write 'traces: {encoding: NAME}'");
            encoding = KafkaKeys.ReadSpanEncoding(reader, "encoding", encoding);
        }

        MappingReader traces = reader.Section("traces");
        if (traces.Find("topic") is not null)
        {
            traces.Warning("topic", "is deprecated", "write 'topics: [NAME]'");
            topic = KafkaKeys.ReadTopic(traces, "topic", topic);
        }

        topic = ReadTopics(traces, topic);
        encoding = KafkaKeys.ReadSpanEncoding(traces, "encoding", encoding);
        traces.Refuse("exclude_topics", "topics are not found by pattern", "name the one topic with the spans in 'topics'");
        traces.Finish();
        return (topic, encoding);
    }

    private static string ReadTopics(MappingReader traces, string fallback)
    {
        if (traces.Find("topics") is null)
        {
            return fallback;
        }

        IReadOnlyList<SettingNode> topics = traces.TextNodes("topics");
        if (topics.Count != 1)
        {
            traces.Error(
                "topics",
                FormattableString.Invariant($"must name exactly one topic, not {topics.Count}"),
                "run one worker with its own stream.application_id per topic");
            return fallback;
        }

        if (topics[0].Text.StartsWith('^'))
        {
            traces.Error(topics[0], "topics", "topics are not found by pattern", "name the one topic with the spans");
            return fallback;
        }

        return KafkaKeys.IsTopic(traces, topics[0], "topics") ? topics[0].Text : fallback;
    }

    private static void IgnoreRest(MappingReader reader)
    {
        KafkaKeys.IgnoreClientDetails(reader);
        reader.Ignore("group_id", "groups are named after stream.application_id; this one may be that of a running Collector");
        reader.Ignore("group_rebalance_strategy", "how partitions move between workers is part of the exactly-once protocol");
        reader.Ignore("group_rebalance_strategies", "how partitions move between workers is part of the exactly-once protocol");
        reader.Ignore("min_fetch_size", OwnFetching);
        reader.Ignore("default_fetch_size", OwnFetching);
        reader.Ignore("max_fetch_size", OwnFetching);
        reader.Ignore("max_partition_fetch_size", OwnFetching);
        reader.Ignore("max_fetch_wait", OwnFetching);
        reader.IgnoreSection("autocommit", ExactlyOnce, "enable", "interval");
        reader.IgnoreSection("message_marking", ExactlyOnce, "after", "on_error", "on_permanent_error");
        reader.IgnoreSection("header_extraction", "record headers are not read", "extract_headers", "headers");
        reader.IgnoreSection(
            "error_backoff",
            BadRecords,
            "enabled", "initial_interval", "max_interval", "multiplier", "randomization_factor", "max_elapsed_time");
        reader.IgnoreSection(
            "partition_processing", "stream.threads says how much runs in parallel", "independent", "max_buffered_batches");
        reader.IgnoreSection("telemetry", "it is about the Collector's own metrics", "metrics");
        foreach (string signal in (string[])["metrics", "logs", "profiles"])
        {
            reader.IgnoreSection(signal, "only traces are read", "topic", "topics", "exclude_topics", "encoding");
        }
    }
}
