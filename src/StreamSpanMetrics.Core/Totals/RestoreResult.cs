namespace StreamSpanMetrics.Core.Totals;

/// <summary>The answer to a restore.</summary>
/// <param name="Failure">Why not, or <see cref="RestoreFailure.None"/>.</param>
/// <param name="Chunk">Number of the chunk concerned, else -1.</param>
/// <param name="Replay">What remains to be done: the replay of deltas. Null on failure.</param>
public readonly record struct RestoreResult(RestoreFailure Failure, int Chunk, ShardReplay? Replay);
