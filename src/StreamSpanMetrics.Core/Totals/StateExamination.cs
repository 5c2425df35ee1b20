using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>Looks at all records of a shard's state: where a restore ends with the first that is wrong, this goes on.</summary>
public static class StateExamination
{
    /// <summary>What is wrong with single records, in the order control, progress, repairs, chunks; empty if nothing is.</summary>
    public static IReadOnlyList<RestoreResult> Failures(ShardRules rules, StateContents contents)
    {
        List<RestoreResult> failures = [];
        RestoreFailure control = StateRecordReader.TryControl(contents.Control, out ControlRecord? read);
        bool isForeign = control == RestoreFailure.None && read!.RulesFingerprint != rules.RulesFingerprint;
        Note(failures, isForeign ? RestoreFailure.ForeignFingerprint : control, StateRecordKind.Control, -1);
        ProgressRecord? progress = null;
        if (contents.Progress is not null)
        {
            Note(failures, StateRecordReader.TryProgress(contents.Progress, rules, out progress), StateRecordKind.Progress, -1);
        }

        Note(failures, RepairBook.TryRead(rules, contents, out _), StateRecordKind.Repair, -1);
        bool isSound = failures.Count == 0;
        if (progress?.CompleteSet is SnapshotSet set && !failures.Exists(failure => failure.Record == StateRecordKind.Progress))
        {
            for (int chunk = 0; chunk < SnapshotWriter.RecordCount(set); chunk++)
            {
                RestoreFailure failure = StateRecordReader.TryChunk(contents.Chunk(set.Number, chunk), rules, set, chunk, out _);
                Note(failures, failure, StateRecordKind.Chunk, chunk);
                isSound &= failure == RestoreFailure.None;
            }
        }

        if (isSound)
        {
            // Each is sound by itself: whether they fit together, only a restore can tell.
            RestoreResult whole = SnapshotReader.Read(rules, contents);
            Note(failures, whole.Failure, whole.Record, whole.Chunk);
        }

        return failures;
    }

    private static void Note(List<RestoreResult> failures, RestoreFailure failure, StateRecordKind record, int chunk)
    {
        if (failure != RestoreFailure.None)
        {
            failures.Add(RestoreResult.Failed(failure, record, chunk));
        }
    }
}
