namespace StreamSpanMetrics.Core.Settings;

/// <summary>How to reach the brokers. One set for a whole path: different brokers in one path are an error.</summary>
public sealed record KafkaClientSettings
{
    /// <summary>Bootstrap list, host:port. Default of the Collector (pkg/kafka/configkafka).</summary>
    public IReadOnlyList<string> Brokers { get; init; } = ["localhost:9092"];

    /// <summary>Identity towards the brokers.</summary>
    public string ClientId { get; init; } = "streamspanmetrics";

    /// <summary>Rack or zone of this worker: fetches go to the nearest replica. Empty: none.</summary>
    public string RackId { get; init; } = "";
}
