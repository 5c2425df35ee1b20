using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Commands.Views;

/// <summary>The newest progress of a shard.</summary>
/// <param name="Shard">Number of the shard.</param>
/// <param name="ClosedStep">Last step whose points are written; the smallest number before the first.</param>
/// <param name="Sources">Positions and watermarks of the source partitions.</param>
internal sealed record ShardProgress(int Shard, long ClosedStep, IReadOnlyList<SourcePosition> Sources);
