namespace StreamSpanMetrics.Configuration;

/// <summary>A component of the file, such as <c>exporters.kafka/metrics</c>.</summary>
/// <param name="Section">The section it stands in: receivers, processors, exporters, connectors or extensions.</param>
/// <param name="Key">Its key, with type and name.</param>
/// <param name="Value">Its settings.</param>
internal sealed record Component(string Section, SettingNode Key, SettingNode Value)
{
    /// <summary>Type and name, joined by a slash.</summary>
    public string Id => Key.Text;

    /// <summary>What it is: the part of the id before the slash.</summary>
    public string Type => TypeOf(Id);

    /// <summary>Keys from the top of the file.</summary>
    public string Path => Section + "." + Id;

    /// <summary>Whether this is a Kafka receiver or exporter.</summary>
    public bool IsKafka => Type == "kafka";

    /// <summary>Whether this is a span_metrics connector, under its name or its older one.</summary>
    public bool IsSpanMetrics => Section == "connectors" && Type is ("span_metrics" or "spanmetrics");

    /// <summary>Whether this is a count connector.</summary>
    public bool IsCount => Section == "connectors" && Type == "count";

    /// <summary>Whether this is a remote-write exporter, under either of its names.</summary>
    public bool IsRemoteWrite => Section == "exporters" && Type is ("prometheusremotewrite" or "prometheus_remote_write");

    /// <summary>The type in <paramref name="id"/>.</summary>
    public static string TypeOf(string id)
    {
        int slash = id.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? id : id[..slash];
    }
}
