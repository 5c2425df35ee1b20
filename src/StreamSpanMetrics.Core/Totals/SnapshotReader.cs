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
        if (contents.Control is null)
        {
            return Failed(RestoreFailure.MissingControl);
        }

        if (!TryParse(ControlRecord.Parser, contents.Control, out ControlRecord? control))
        {
            return Failed(RestoreFailure.DamagedRecord);
        }

        RestoreFailure failure = Check(rules, control.Format, control.RulesFingerprint);
        ProgressRecord? progress = null;
        if (failure == RestoreFailure.None && contents.Progress is not null)
        {
            failure = TryParse(ProgressRecord.Parser, contents.Progress, out progress)
                ? Check(rules, progress.Format, progress.RulesFingerprint)
                : RestoreFailure.DamagedRecord;
        }

        if (failure != RestoreFailure.None)
        {
            return Failed(failure);
        }

        if (progress?.CompleteSet is null)
        {
            ShardState beginning = new(rules, control.StartOffsets, control.SourceTopicId);
            return new RestoreResult(RestoreFailure.None, -1, new ShardReplay(beginning, progress));
        }

        return LoadSet(rules, control, progress, contents);
    }

    private static RestoreResult LoadSet(ShardRules rules, ControlRecord control, ProgressRecord progress, StateContents contents)
    {
        SnapshotSet set = progress.CompleteSet;
        bool isSound = set.Replay is not null && set.Chunks > 0 && set.Chunks <= 1 << 20 && (set.Chunks & (set.Chunks - 1)) == 0;
        if (!isSound || !SourcePositions.TryRead(set.Replay!.Sources, out SourceState[] sources))
        {
            return Failed(RestoreFailure.DamagedRecord);
        }

        ReplayPoint start = new(set.Replay.DeltasOffset, set.Replay.ClosedStep, sources);
        ShardState state = new(rules, control.SourceTopicId, start);
        SnapshotChunkLoader loader = new(state.Totals, rules);
        long[] closedSteps = new long[set.Chunks];
        for (int number = 0; number < set.Chunks; number++)
        {
            RestoreFailure failure = ReadChunk(rules, set, contents.Chunk(set.Number, number), number, out SnapshotChunk? chunk);
            if (failure == RestoreFailure.None && !loader.TryLoad(chunk!))
            {
                failure = RestoreFailure.DamagedChunk;
            }

            if (failure != RestoreFailure.None)
            {
                return new RestoreResult(failure, number, null);
            }

            closedSteps[number] = chunk!.ClosedStep;
        }

        state.Totals.SortSlots();
        state.Totals.SetChunkClosedSteps(closedSteps, start.ClosedStep);
        return new RestoreResult(RestoreFailure.None, -1, new ShardReplay(state, progress));
    }

    private static RestoreFailure ReadChunk(ShardRules rules, SnapshotSet set, byte[]? value, int number, out SnapshotChunk? chunk)
    {
        chunk = null;
        if (value is null)
        {
            return RestoreFailure.MissingChunk;
        }

        if (!TryParse(SnapshotChunk.Parser, value, out chunk))
        {
            return RestoreFailure.DamagedChunk;
        }

        RestoreFailure failure = Check(rules, chunk.Format, chunk.RulesFingerprint);
        if (chunk.Format > StateFormat.Newest)
        {
            // The checksum may have another meaning there.
            return failure;
        }

        if (!SnapshotChunkBuilder.HasGoodChecksum(value, chunk))
        {
            return RestoreFailure.DamagedChunk;
        }

        if (failure != RestoreFailure.None)
        {
            return failure;
        }

        return chunk.SetNumber != set.Number || chunk.Chunk != number || chunk.Chunks != set.Chunks
            ? RestoreFailure.MissingChunk
            : RestoreFailure.None;
    }

    private static RestoreFailure Check(ShardRules rules, uint format, ulong fingerprint)
    {
        if (format > StateFormat.Newest)
        {
            return RestoreFailure.NewerFormat;
        }

        return fingerprint == rules.RulesFingerprint ? RestoreFailure.None : RestoreFailure.ForeignFingerprint;
    }

    private static bool TryParse<T>(
        MessageParser<T> parser, byte[] value, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out T? message)
        where T : class, IMessage<T>
    {
        try
        {
            message = parser.ParseFrom(value);
            return true;
        }
        catch (InvalidProtocolBufferException)
        {
            // The caller reports the record as damaged: the exception says nothing that would help to repair it.
            message = null;
            return false;
        }
    }

    private static RestoreResult Failed(RestoreFailure failure) => new(failure, -1, null);
}
