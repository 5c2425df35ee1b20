using StreamSpanMetrics.Core.Settings;

namespace StreamSpanMetrics.Configuration;

/// <summary>
/// <c>exporters.kafka</c> (opentelemetry-collector-contrib exporter/kafkaexporter/config.go), where the points go.
/// </summary>
internal static class KafkaExporterReader
{
    private const string OnlyMetrics = "only metrics are written";
    private const string OwnKeys = "records are keyed by resource and go to the partition of their shard";
    private const string NeverGivesUp = "points are written in transactions and repeated until they are in the log";

    /// <summary>Reads the section.</summary>
    public static KafkaExporterSettings Read(MappingReader reader)
    {
        IReadOnlyList<string>? brokers = KafkaKeys.ReadBrokers(reader);
        KafkaSecurity? security = KafkaSecurityReader.Read(reader);
        MetricsTopicSettings defaults = new();
        MetricsTopicSettings topic = new()
        {
            Topic = ReadMetrics(reader, defaults.Topic),
            Compression = ReadProducer(reader, defaults.Compression),
        };
        IgnoreRest(reader);
        reader.Finish();
        return new KafkaExporterSettings(brokers, security, topic);
    }

    private static string ReadMetrics(MappingReader reader, string fallback)
    {
        string topic = fallback;
        if (reader.Find("topic") is not null)
        {
            reader.Warning("topic", "is deprecated", "write 'metrics: {topic: NAME}'");
            topic = KafkaKeys.ReadTopic(reader, "topic", fallback);
        }

        if (reader.Find("encoding") is not null)
        {
            reader.Warning("encoding", "is deprecated", "write 'metrics: {encoding: otlp_proto}'");
            KafkaKeys.CheckMetricsEncoding(reader, "encoding");
        }

        MappingReader metrics = reader.Section("metrics");
        topic = KafkaKeys.ReadTopic(metrics, "topic", topic);
        KafkaKeys.CheckMetricsEncoding(metrics, "encoding");
        metrics.Ignore("topic_from_metadata_key", "records have no request metadata");
        metrics.Ignore("message_key_from_metadata_key", OwnKeys);
        metrics.Finish();
        return topic;
    }

    private static string ReadProducer(MappingReader reader, string fallback)
    {
        MappingReader producer = reader.Section("producer");
        string compression = producer.Choice(
            "compression", fallback, ("none", "none"), ("gzip", "gzip"), ("snappy", "snappy"), ("lz4", "lz4"), ("zstd", "zstd"));
        producer.IgnoreSection("compression_params", "the client's default level is used", "level");
        producer.Ignore("max_message_bytes", "records are split below 900 kB");
        producer.Ignore("max_broker_write_bytes", "records are split below 900 kB");
        producer.Ignore("required_acks", "transactions wait for all in-sync replicas");
        producer.Ignore("flush_max_messages", "records are flushed with their transaction");
        producer.Ignore("linger", "records are flushed with their transaction");
        producer.Ignore("allow_auto_topic_creation", "the command 'topics' creates topics with the settings that they need");
        producer.Finish();
        return compression;
    }

    private static void IgnoreRest(MappingReader reader)
    {
        KafkaKeys.IgnoreClientDetails(reader);
        reader.Ignore("client_id", "a worker has one client id, that of the Kafka receiver");
        reader.Ignore("rack_id", "a worker has one rack, that of the Kafka receiver");
        reader.Ignore("timeout", NeverGivesUp);
        reader.IgnoreSection(
            "retry_on_failure",
            NeverGivesUp,
            "enabled", "initial_interval", "max_interval", "multiplier", "randomization_factor", "max_elapsed_time");
        reader.IgnoreSection(
            "sending_queue",
            "the topic is the queue",
            "enabled", "num_consumers", "queue_size", "storage", "batch", "sizer", "block_on_overflow", "wait_for_result");
        reader.Ignore("topic_from_attribute", "all points go to one topic, from which they are pushed on");
        reader.Ignore("partition_metrics_by_resource_attributes", OwnKeys);
        reader.Ignore("partition_metrics_by_resource_attribute_keys", OwnKeys);
        reader.Ignore("record_partitioner", OwnKeys);
        reader.Ignore("record_headers", "records have only our own headers");
        reader.Ignore("include_metadata_keys", "records have no request metadata");
        foreach (string key in (string[])["partition_traces_by_id", "partition_logs_by_resource_attributes", "partition_logs_by_trace_id"])
        {
            reader.Ignore(key, OnlyMetrics);
        }

        reader.Ignore("partition_logs_by_resource_attribute_keys", OnlyMetrics);
        foreach (string signal in (string[])["traces", "logs", "profiles"])
        {
            reader.IgnoreSection(
                signal, OnlyMetrics, "topic", "encoding", "topic_from_metadata_key", "message_key_from_metadata_key");
        }
    }
}
