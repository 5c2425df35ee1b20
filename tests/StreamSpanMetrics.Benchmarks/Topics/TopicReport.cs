namespace StreamSpanMetrics.Benchmarks.Topics;

/// <summary>All that a run found out.</summary>
/// <param name="Shape">Shape of the records.</param>
/// <param name="Spans">Spans on the topic.</param>
/// <param name="Records">Records on the topic.</param>
/// <param name="Series">Series asked for.</param>
/// <param name="Step">Step and flush interval.</param>
/// <param name="InputBytes">Bytes of the values of the records.</param>
/// <param name="InputLogBytes">Size of the topic's log segments; null if the broker is not ours.</param>
/// <param name="DeltasLogBytes">Size of the log segments of our deltas topic, compressed; null if the broker is not ours.</param>
/// <param name="Bare">A bare consumer.</param>
/// <param name="Worker">Our worker.</param>
/// <param name="Collector">The Collector; null if there is none.</param>
internal sealed record TopicReport(
    string Shape, long Spans, long Records, int Series, string Step, long InputBytes, long? InputLogBytes, long? DeltasLogBytes,
    Figures Bare, Figures Worker, Figures? Collector);
