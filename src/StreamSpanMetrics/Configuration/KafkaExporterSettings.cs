using StreamSpanMetrics.Core.Settings;

namespace StreamSpanMetrics.Configuration;

/// <summary>What <c>exporters.kafka</c> came to.</summary>
/// <param name="Brokers">Its bootstrap list; null if it was not written.</param>
/// <param name="Security">Its <c>auth</c> and <c>tls</c>; null if neither was written.</param>
/// <param name="Topic">The topic for the points.</param>
internal sealed record KafkaExporterSettings(IReadOnlyList<string>? Brokers, KafkaSecurity? Security, MetricsTopicSettings Topic);
