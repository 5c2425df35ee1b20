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

    /// <summary>How connections are encrypted (<c>tls</c>); null: they are not.</summary>
    public TlsSettings? Tls { get; init; }

    /// <summary>Who the clients say they are (<c>auth.sasl</c>); null: nobody, or whom their certificate names.</summary>
    public SaslSettings? Sasl { get; init; }
}
