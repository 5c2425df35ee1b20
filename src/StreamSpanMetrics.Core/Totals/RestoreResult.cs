namespace StreamSpanMetrics.Core.Totals;

/// <summary>The answer to a restore.</summary>
/// <param name="Failure">Why not, or <see cref="RestoreFailure.None"/>.</param>
/// <param name="Record">The kind of record that the failure is about.</param>
/// <param name="Chunk">Number of the chunk concerned, else -1.</param>
/// <param name="Replay">What remains to be done: the replay of deltas. Null on failure.</param>
public readonly record struct RestoreResult(RestoreFailure Failure, StateRecordKind Record, int Chunk, ShardReplay? Replay)
{
    internal static RestoreResult Failed(RestoreFailure failure, StateRecordKind record, int chunk = -1) => new(failure, record, chunk, null);
}
