using StreamSpanMetrics.Core.Settings;

namespace StreamSpanMetrics.Configuration;

/// <summary>
/// Keys that the Collector's Kafka receiver and exporter share (opentelemetry-collector-contrib pkg/kafka/configkafka/config.go).
/// </summary>
internal static class KafkaKeys
{
    private const string Proto = "otlp_proto";
    private const string Json = "otlp_json";
    private const string OwnClient = "the Kafka client (librdkafka) has its own rules for this";

    /// <summary>Reads the bootstrap list; null if it was not written.</summary>
    public static IReadOnlyList<string>? ReadBrokers(MappingReader reader)
    {
        if (reader.Find("brokers") is null)
        {
            return null;
        }

        List<string> brokers = [];
        foreach (SettingNode node in reader.TextNodes("brokers"))
        {
            string address = WithPort(node.Text);
            if (IsAddress(address))
            {
                brokers.Add(address);
            }
            else
            {
                reader.Error(node, "brokers", $"must be host:port, not '{node.Shown}'", "for example kafka-1:9092");
            }
        }

        if (brokers.Count == 0)
        {
            reader.Error("brokers", "needs at least one broker", "for example ['kafka-1:9092']");
        }

        return brokers;
    }

    /// <summary>A topic name; the fallback if it is absent or not allowed.</summary>
    public static string ReadTopic(MappingReader reader, string key, string fallback)
    {
        SettingNode? value = reader.Find(key);
        string topic = reader.Text(key, fallback);
        return value is { Kind: SettingKind.Scalar } && !IsTopic(reader, value, key) ? fallback : topic;
    }

    /// <summary>Whether <paramref name="value"/> is a topic name; notes the problem if not.</summary>
    public static bool IsTopic(MappingReader reader, SettingNode value, string key)
    {
        if (TopicName.IsValid(value.Text))
        {
            return true;
        }

        reader.Error(value, key, $"'{value.Shown}' is not a topic name", $"1 to {TopicName.MaxLength} {TopicName.Rule}");
        return false;
    }

    /// <summary>Accepts what only the Collector's own client knows.</summary>
    public static void IgnoreClientDetails(MappingReader reader)
    {
        reader.Ignore("protocol_version", "the client agrees on versions with the broker");
        reader.Ignore("use_leader_epoch", OwnClient);
        reader.Ignore("conn_idle_timeout", OwnClient);
        reader.Ignore("resolve_canonical_bootstrap_servers_only", OwnClient);
        reader.IgnoreSection("metadata", OwnClient, "full", "refresh_interval", "retry");
    }

    /// <summary>Reads the encoding of the span topic.</summary>
    public static SpanEncoding ReadSpanEncoding(MappingReader reader, string key, SpanEncoding fallback) =>
        ReadEncoding(reader, key, fallback == SpanEncoding.OtlpJson ? Json : Proto, [Proto, Json]) == Json
            ? SpanEncoding.OtlpJson
            : SpanEncoding.OtlpProto;

    /// <summary>Reads the encoding of the metrics topic: only OTLP protobuf in this version.</summary>
    public static void CheckMetricsEncoding(MappingReader reader, string key) => ReadEncoding(reader, key, Proto, [Proto]);

    private static string ReadEncoding(MappingReader reader, string key, string fallback, string[] known)
    {
        SettingNode? value = reader.Find(key);
        string encoding = reader.Text(key, fallback);
        if (value is not { Kind: SettingKind.Scalar } || known.Contains(encoding))
        {
            return encoding;
        }

        string all = string.Join(" or ", known);
        bool isCollectors = encoding is Json or "jaeger_proto" or "jaeger_json" or "zipkin_proto" or "zipkin_json" or "zipkin_thrift";
        string message = isCollectors ? $"encoding '{encoding}' is not supported yet" : $"there is no encoding '{value.Shown}'";
        string? hint = isCollectors
            ? $"what works is {all}, the same in who writes the topic and in who reads it"
            : MappingReader.DidYouMean(value, known);
        reader.Error(value, key, message, hint ?? $"what works is {all}");
        return fallback;
    }

    // The Collector's client and ours take this port where none is written; written out, two lists can be compared.
    private static string WithPort(string text)
    {
        bool hasPort = text.LastIndexOf(':') > text.LastIndexOf(']');
        return text.Length == 0 || hasPort ? text : text + ":9092";
    }

    private static bool IsAddress(string text)
    {
        int colon = text.LastIndexOf(':');
        return colon > 0
            && !text.Contains("://", StringComparison.Ordinal)
            && !text.Any(char.IsWhiteSpace)
            && ushort.TryParse(text.AsSpan(colon + 1), System.Globalization.NumberStyles.None, null, out ushort port)
            && port > 0;
    }
}
