using Google.Protobuf;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>Restores a shard from the records of the state topic (S1, S3). Everything wrong with them is a value.</summary>
public static class SnapshotReader
{
    /// <summary>Loads the complete set, if there is one, and prepares the replay of deltas that has to follow.</summary>
    /// <param name="rules">Rules of this process.</param>
    /// <param name="contents">All records of the shard's partition.</param>
    public static RestoreResult Read(ShardRules rules, StateContents contents)
    {
        RestoreFailure failure = StateRecordReader.TryControl(contents.Control, out ControlRecord? control);
        if (failure == RestoreFailure.None && control!.RulesFingerprint != rules.RulesFingerprint)
        {
            failure = RestoreFailure.ForeignFingerprint;
        }

        if (failure != RestoreFailure.None)
        {
            return RestoreResult.Failed(failure, StateRecordKind.Control);
        }

        // Without progress the shard is at its beginning; whether it may be, the caller knows from the committed offset (M1).
        ProgressRecord? progress = null;
        if (contents.Progress is not null)
        {
            failure = StateRecordReader.TryProgress(contents.Progress, rules, out progress);
            if (failure != RestoreFailure.None)
            {
                return RestoreResult.Failed(failure, StateRecordKind.Progress);
            }
        }

        failure = RepairBook.TryRead(rules, contents, out RepairBook repairs);
        if (failure != RestoreFailure.None)
        {
            return RestoreResult.Failed(failure, StateRecordKind.Repair);
        }

        return progress?.CompleteSet is null
            ? new RestoreResult(RestoreFailure.None, StateRecordKind.None, -1, new ShardReplay(Beginning(rules, control!, repairs), progress))
            : LoadSet(rules, control!, progress, contents, repairs);
    }

    // A successor begins with its clocks where its predecessor's points end: whatever comes is lifted above that (S6, T1).
    private static ShardState Beginning(ShardRules rules, ControlRecord control, RepairBook repairs)
    {
        long clock = control.StartUnixMillis > 0 ? control.StartUnixMillis : SourceState.NoClock;
        SourceState[] sources = SourceLedger.AtStart(control.StartOffsets, control.SourceTopicId, clock);
        return new ShardState(rules, CurrentTopicId(control), new ReplayPoint(0, ShardState.NoStep, sources), repairs);
    }

    // What partitions that come later are of.
    private static ByteString CurrentTopicId(ControlRecord control) =>
        control.CurrentTopicId.IsEmpty ? control.SourceTopicId : control.CurrentTopicId;

    private static RestoreResult LoadSet(
        ShardRules rules, ControlRecord control, ProgressRecord progress, StateContents contents, RepairBook repairs)
    {
        SnapshotSet set = progress.CompleteSet;
        if (!SourcePositions.TryRead(set.Replay.Sources, out SourceState[] sources))
        {
            return RestoreResult.Failed(RestoreFailure.Damaged, StateRecordKind.Progress);
        }

        ReplayPoint start = new(set.Replay.DeltasOffset, set.Replay.ClosedStep, sources);
        ShardState state = new(rules, CurrentTopicId(control), start, repairs);
        SnapshotChunkLoader loader = new(state.Totals, rules, set.ByResource);
        long[] closedSteps = new long[set.Chunks];
        SnapshotChunk? before = null;
        for (int number = 0; number < SnapshotWriter.RecordCount(set); number++)
        {
            RestoreFailure failure = StateRecordReader.TryChunk(
                contents.Chunk(set.Number, number), rules, set, number, out SnapshotChunk? chunk);
            if (failure == RestoreFailure.None && !Follows(chunk!, before))
            {
                failure = RestoreFailure.Misplaced;
            }

            if (failure == RestoreFailure.None && !loader.TryLoad(chunk!))
            {
                failure = RestoreFailure.Damaged;
            }

            if (failure != RestoreFailure.None)
            {
                return RestoreResult.Failed(failure, StateRecordKind.Chunk, number);
            }

            closedSteps[chunk!.Chunk] = chunk.ClosedStep;
            before = chunk;
        }

        if (before?.Chunk != set.Chunks - 1)
        {
            return RestoreResult.Failed(RestoreFailure.Missing, StateRecordKind.Chunk, (int)SnapshotWriter.RecordCount(set));
        }

        state.Totals.SortSlots();
        state.Totals.SetChunkClosedSteps(closedSteps, start.ClosedStep, set.ByResource);
        return new RestoreResult(RestoreFailure.None, StateRecordKind.None, -1, new ShardReplay(state, progress));
    }

    // The next part of the same chunk, all parts of which are as of the same step, or the first of the next chunk.
    private static bool Follows(SnapshotChunk chunk, SnapshotChunk? before) => chunk.Part == 0
        ? chunk.Chunk == (before is null ? 0 : before.Chunk + 1)
        : before is not null && chunk.Chunk == before.Chunk && chunk.Part == before.Part + 1 && chunk.ClosedStep == before.ClosedStep;
}
