namespace StreamSpanMetrics.Benchmarks.Topics;

/// <summary>A topic with all its spans.</summary>
/// <param name="BootstrapServers">The broker.</param>
/// <param name="Name">The topic.</param>
/// <param name="Spans">Spans.</param>
/// <param name="Records">Records.</param>
/// <param name="Bytes">Bytes of the records' values.</param>
internal sealed record FilledTopic(string BootstrapServers, string Name, long Spans, long Records, long Bytes);
