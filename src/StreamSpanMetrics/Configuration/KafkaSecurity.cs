using StreamSpanMetrics.Core.Settings;

namespace StreamSpanMetrics.Configuration;

/// <summary>What a Kafka component says about the security of its connections.</summary>
/// <param name="Tls">Encryption; null: none.</param>
/// <param name="Sasl">User; null: none.</param>
internal sealed record KafkaSecurity(TlsSettings? Tls, SaslSettings? Sasl);
