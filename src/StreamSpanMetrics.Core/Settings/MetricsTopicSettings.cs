namespace StreamSpanMetrics.Core.Settings;

/// <summary><c>exporters.kafka</c>: the topic with the metric points.</summary>
public sealed record MetricsTopicSettings
{
    /// <summary>Topic for OTLP metrics (<c>metrics.topic</c>).</summary>
    public string Topic { get; init; } = "otlp_metrics";

    /// <summary><c>producer.compression</c>: none, gzip, snappy, lz4 or zstd. lz4 costs least for what it saves.</summary>
    public string Compression { get; init; } = "lz4";
}
