using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>
/// The second half of a restore: delta batches from <see cref="FromOffset"/> up to <see cref="ToOffset"/> are applied again, in
/// order, and steps close as they did, without emission (S3). Forced closes are applied before the first record whose offset is
/// not smaller than theirs (T5).
/// </summary>
public sealed class ShardReplay
{
    private readonly ShardState state;
    private readonly ProgressRecord? progress;
    private int nextForced;

    internal ShardReplay(ShardState state, ProgressRecord? progress)
    {
        this.state = state;
        this.progress = progress;
        FromOffset = state.DeltasOffset;
        ToOffset = progress?.DeltasOffset ?? state.DeltasOffset;
        state.BeginReplay(progress?.ClosedStep ?? ShardState.NoStep);
        if (progress is not null)
        {
            state.Totals.Limits.Read(progress.LimitChanges);
            state.Totals.Exemplars.BeginReplay(progress);
        }

        // (S2) No step that was emitted, not even in part, is judged by another limit. The others are from their first entry on (P-6).
        long partlyEmitted = progress is { EmittedRecords: > 0 } ? progress.EmittingStep : ShardState.NoStep;
        long emitted = Math.Max(progress?.ClosedStep ?? ShardState.NoStep, partlyEmitted);
        state.Totals.Limits.Change(emitted == ShardState.NoStep ? ShardState.NoStep : emitted + 1, state.Rules.Limits);
    }

    /// <summary>Offset in the deltas topic from which to read.</summary>
    public long FromOffset { get; }

    /// <summary>First offset that is not part of the replay: the committed one (M1).</summary>
    public long ToOffset { get; }

    /// <summary>Last sequence number used in the headers of point records.</summary>
    public ulong Sequence => progress?.Sequence ?? 0;

    /// <summary>The answer to the block that was refused, if one was.</summary>
    public ApplyResult RefusedBlock { get; private set; }

    /// <summary>Offset of the record applied last: the one with the refused block, if one was.</summary>
    public long RefusedOffset { get; private set; }

    /// <summary>Applies one record of the deltas topic.</summary>
    /// <param name="batch">Its value; null if it is no batch.</param>
    /// <param name="deltasOffset">Its offset, at least <see cref="FromOffset"/> and below <see cref="ToOffset"/>.</param>
    public RestoreFailure Apply(DeltaBatch? batch, long deltasOffset)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(deltasOffset, FromOffset);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(deltasOffset, ToOffset);
        ForceThrough(deltasOffset);
        RefusedOffset = deltasOffset;
        if (batch is null && !state.Repairs.Skips(deltasOffset))
        {
            RefusedBlock = ApplyResult.NoBatch;
            return RestoreFailure.RefusedBlock;
        }

        foreach (DeltaBlock block in batch?.Blocks ?? [])
        {
            if (state.NextClosableStep is not null)
            {
                // Progress says that this step was not closed, yet a later block was applied: they do not belong together.
                return RestoreFailure.IncompleteReplay;
            }

            ApplyResult result = state.Apply(block, deltasOffset);
            if (result.IsRefusal)
            {
                RefusedBlock = result;
                return RestoreFailure.RefusedBlock;
            }
        }

        state.CompleteRecord(deltasOffset);
        return RestoreFailure.None;
    }

    /// <summary>Ends the replay after the last record below <see cref="ToOffset"/>.</summary>
    /// <param name="shard">The state, equal to the one that wrote the progress record; null on failure.</param>
    /// <param name="snapshots">Its snapshot writer, which goes on where it was.</param>
    public RestoreFailure Complete(out ShardState? shard, out SnapshotWriter? snapshots)
    {
        shard = null;
        snapshots = null;
        ForceThrough(ToOffset);
        state.EndReplay(ToOffset);
        if (progress is not null && !SameSources())
        {
            return RestoreFailure.IncompleteReplay;
        }

        if (progress is { EmittedRecords: > 0 })
        {
            state.PartlyEmittedStep = progress.EmittingStep;
            state.PartlyEmittedRecords = progress.EmittedRecords;
        }

        shard = state;
        snapshots = new SnapshotWriter(state, progress?.CompleteSet?.Clone(), progress?.NextSet?.Clone());
        return RestoreFailure.None;
    }

    private void ForceThrough(long deltasOffset)
    {
        while (nextForced < (progress?.ForcedCloses.Count ?? 0) && progress!.ForcedCloses[nextForced].DeltasOffset <= deltasOffset)
        {
            ForcedClose forced = progress.ForcedCloses[nextForced++];
            state.RememberForcedClose(forced.Clone());
            state.Force(forced.Step);
        }
    }

    private bool SameSources() =>
        SourcePositions.TryRead(progress!.Sources, out SourceState[] expected) && state.Sources.SequenceEqual(expected);
}
