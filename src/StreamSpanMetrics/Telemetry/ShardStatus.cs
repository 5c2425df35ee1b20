namespace StreamSpanMetrics.Telemetry;

/// <summary>How a shard stood when it was last looked at.</summary>
/// <param name="Shard">Number.</param>
/// <param name="ActiveSeries">Series alive.</param>
/// <param name="IsStopped">Whether it refused a delta block and waits for somebody.</param>
public sealed record ShardStatus(int Shard, long ActiveSeries, bool IsStopped);
