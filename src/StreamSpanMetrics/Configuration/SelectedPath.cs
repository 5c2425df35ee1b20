namespace StreamSpanMetrics.Configuration;

/// <summary>The one path through a Collector's file that this program runs.</summary>
/// <param name="Receiver">The Kafka receiver; null if there is none.</param>
/// <param name="Connector">The span_metrics or count connector; null if there is none, which is then among the problems.</param>
/// <param name="KafkaExporter">The Kafka exporter for the points; null if there is none.</param>
/// <param name="RemoteWriteExporter">The remote-write exporter; null if there is none.</param>
internal sealed record SelectedPath(Component? Receiver, Component? Connector, Component? KafkaExporter, Component? RemoteWriteExporter);
