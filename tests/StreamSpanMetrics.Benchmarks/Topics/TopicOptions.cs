namespace StreamSpanMetrics.Benchmarks.Topics;

/// <summary>What is measured.</summary>
/// <param name="BootstrapServers">Broker to use; null: one of our own, from KAFKA_HOME.</param>
/// <param name="Shape">Shape of the records.</param>
/// <param name="Spans">Spans on the topic.</param>
/// <param name="Series">Series that they have under the article's settings.</param>
/// <param name="Step">Length of a step of ours and of the Collector's flush interval, as the Collector writes durations.</param>
/// <param name="Worker">The worker's <c>spanmetrics.dll</c>; null: the one that was built with this program.</param>
/// <param name="WithCollector">Whether the Collector is measured too, where there is one on PATH.</param>
internal sealed record TopicOptions(
    string? BootstrapServers, TopicShape Shape, int Spans, int Series, string Step, string? Worker, bool WithCollector)
{
    /// <summary>Partitions of the topic.</summary>
    public const int Partitions = 4;

    /// <summary>Spans of each record.</summary>
    public int SpansPerRecord => Shape == TopicShape.Batch ? 100 : 3;
}
