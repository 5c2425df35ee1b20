using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Commands.Views;

/// <summary>A shard read from the log as merge restores it, or why it cannot be.</summary>
/// <param name="Control">What the first start wrote.</param>
/// <param name="Problem">Why it cannot be restored; null if it can.</param>
/// <param name="State">The state; null if it cannot.</param>
/// <param name="ReplayFrom">First offset of the deltas topic that was applied again.</param>
/// <param name="ReplayTo">First offset of the deltas topic that is not merged.</param>
internal sealed record RestoredShard(ControlRecord Control, string? Problem, ShardState? State, long ReplayFrom, long ReplayTo);
