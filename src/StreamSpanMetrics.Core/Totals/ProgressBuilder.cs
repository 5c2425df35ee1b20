using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>Builds the progress record that every merge transaction writes (M1, M5).</summary>
public static class ProgressBuilder
{
    /// <summary>Progress as of now.</summary>
    /// <param name="state">The shard.</param>
    /// <param name="snapshots">Its snapshot writer.</param>
    /// <param name="emittedRecords">
    /// Records of the closing step that are written with this transaction or before it; 0 if no step is closing.
    /// </param>
    /// <param name="sequence">Last sequence number used in the headers of point records.</param>
    public static ProgressRecord Build(ShardState state, SnapshotWriter snapshots, uint emittedRecords, ulong sequence)
    {
        ProgressRecord progress = new()
        {
            Format = StateFormat.Newest,
            RulesFingerprint = state.Rules.RulesFingerprint,
            Shard = (uint)state.Rules.Shard,
            DeltasOffset = state.DeltasOffset,
            ClosedStep = Math.Max(state.ClosedStep, state.EmittedThroughStep),
            Sequence = sequence,
            CompleteSet = snapshots.CompleteSet?.Clone(),
            NextSet = snapshots.NextSet?.Clone(),
        };
        state.Totals.Limits.Write(progress.LimitChanges);
        if (state.ClosingStep is long closing && closing > state.EmittedThroughStep && emittedRecords > 0)
        {
            progress.EmittingStep = closing;
            progress.EmittedRecords = emittedRecords;
            progress.EmittingExemplars = (uint)state.Totals.Exemplars.MaxOf(closing);
        }
        else if (state.PartlyEmittedStep is long partly && partly > progress.ClosedStep)
        {
            // Restored in the middle of a step's emission and not there again yet.
            progress.EmittingStep = partly;
            progress.EmittedRecords = state.PartlyEmittedRecords;
            progress.EmittingExemplars = (uint)state.Totals.Exemplars.MaxOf(partly);
        }

        foreach (ForcedClose forced in state.ForcedCloses)
        {
            progress.ForcedCloses.Add(forced.Clone());
        }

        SourcePositions.Write(state.SourcesAtDeltasOffset, progress.Sources);
        return progress;
    }

    /// <summary>The record of a progress.</summary>
    public static StateRecord Record(int shard, ProgressRecord progress) => new(StateKeys.Progress(shard), StateSeal.Seal(progress));
}
