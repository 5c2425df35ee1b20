namespace StreamSpanMetrics.Benchmarks.Measures;

/// <summary>A deployment whose needs are worked out.</summary>
/// <param name="SpanSeries">Label sets that spans have.</param>
/// <param name="SpansPerSecond">Spans of all partitions together.</param>
/// <param name="Partitions">Partitions of the span topic.</param>
/// <param name="Shards">Shards.</param>
/// <param name="StepSeconds">Length of a step.</param>
/// <param name="CommitSeconds">Time between the commits of the aggregate stage.</param>
internal sealed record SizingCase(int SpanSeries, int SpansPerSecond, int Partitions, int Shards, int StepSeconds, int CommitSeconds);
