using StreamSpanMetrics.Core.Totals;

namespace StreamSpanMetrics.Commands.Repairs;

/// <summary>A block that a shard refuses while it is examined.</summary>
/// <param name="Shard">The shard.</param>
/// <param name="State">Its state; repairs are added to its book.</param>
/// <param name="Offset">Offset of the record in the deltas topic.</param>
/// <param name="Block">The answer to the block.</param>
internal readonly record struct ExaminedShardContext(int Shard, ShardState State, long Offset, ApplyResult Block);
