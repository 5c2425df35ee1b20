using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>
/// Reads single records of the state topic. What is wrong with one is a value: in this order a newer format, damage, other rules,
/// another place.
/// </summary>
public static class StateRecordReader
{
    /// <summary>Reads a control record; null means that there is none. Rules are not compared: that is for those who know them.</summary>
    public static RestoreFailure TryControl(byte[]? value, out ControlRecord? control)
    {
        RestoreFailure failure = TryRead(ControlRecord.Parser, value, record => record.Format, out control);
        if (failure == RestoreFailure.None && HasNegative(control!.StartOffsets))
        {
            failure = RestoreFailure.Damaged;
        }

        return failure;
    }

    /// <summary>Reads the progress record of a shard.</summary>
    public static RestoreFailure TryProgress(byte[]? value, ShardRules rules, out ProgressRecord? progress)
    {
        RestoreFailure failure = TryRead(ProgressRecord.Parser, value, record => record.Format, out progress);
        if (failure != RestoreFailure.None)
        {
            return failure;
        }

        if (progress!.RulesFingerprint != rules.RulesFingerprint)
        {
            return RestoreFailure.ForeignFingerprint;
        }

        if (progress.Shard != rules.Shard)
        {
            return RestoreFailure.Misplaced;
        }

        return IsConsistent(progress) ? RestoreFailure.None : RestoreFailure.Damaged;
    }

    /// <summary>Reads a chunk of a set.</summary>
    internal static RestoreFailure TryChunk(byte[]? value, ShardRules rules, SnapshotSet set, int number, out SnapshotChunk? chunk)
    {
        RestoreFailure failure = TryRead(SnapshotChunk.Parser, value, record => record.Format, out chunk);
        if (failure != RestoreFailure.None)
        {
            return failure;
        }

        if (chunk!.RulesFingerprint != rules.RulesFingerprint)
        {
            return RestoreFailure.ForeignFingerprint;
        }

        bool isInPlace = chunk.Chunks == set.Chunks && (set.ByResource ? chunk.Chunk < set.Chunks : chunk.Chunk == number && chunk.Part == 0);
        if (chunk.Shard != rules.Shard || (chunk.SetNumber == set.Number && !isInPlace))
        {
            return RestoreFailure.Misplaced;
        }

        return chunk.SetNumber == set.Number ? RestoreFailure.None : RestoreFailure.Stale;
    }

    /// <summary>Reads a repair.</summary>
    internal static RestoreFailure TryRepair(byte[] value, ShardRules rules, RepairPlace place, out RepairRecord? repair)
    {
        RestoreFailure failure = TryRead(RepairRecord.Parser, value, record => record.Format, out repair);
        if (failure != RestoreFailure.None)
        {
            return failure;
        }

        if (repair!.RulesFingerprint != rules.RulesFingerprint)
        {
            return RestoreFailure.ForeignFingerprint;
        }

        return repair.Shard == rules.Shard && place.Equals(repair.Place) ? RestoreFailure.None : RestoreFailure.Misplaced;
    }

    private static RestoreFailure TryRead<T>(MessageParser<T> parser, byte[]? value, Func<T, uint> formatOf, out T? message)
        where T : class, IMessage<T>
    {
        message = null;
        if (value is null)
        {
            return RestoreFailure.Missing;
        }

        if (!TryParse(parser, value, out message))
        {
            return RestoreFailure.Damaged;
        }

        if (formatOf(message) > StateFormat.Newest)
        {
            // The checksum may have another meaning there.
            return RestoreFailure.NewerFormat;
        }

        return formatOf(message) < StateFormat.Oldest || !StateSeal.IsIntact(value) ? RestoreFailure.Damaged : RestoreFailure.None;
    }

    private static bool TryParse<T>(MessageParser<T> parser, byte[] value, [NotNullWhen(true)] out T? message)
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

    private static bool IsConsistent(ProgressRecord progress)
    {
        if (progress.DeltasOffset < 0 || !SeriesLimits.AreConsistent(progress.LimitChanges) || !SourcePositions.TryRead(progress.Sources, out _))
        {
            return false;
        }

        // A set being written needs no look of its own: it becomes the complete one by the same writer.
        return progress.CompleteSet is not SnapshotSet set ||
            (set.Chunks > 0 && set.Chunks <= SnapshotWriter.MaxChunks && (set.Chunks & (set.Chunks - 1)) == 0 &&
            (!set.ByResource || (set.Records >= set.Chunks && set.Records <= SnapshotWriter.MaxChunks)) &&
            set.Replay is ReplayStart start && start.DeltasOffset >= 0 && start.DeltasOffset <= progress.DeltasOffset &&
            SourcePositions.TryRead(start.Sources, out _));
    }

    private static bool HasNegative(IReadOnlyList<long> offsets)
    {
        foreach (long offset in offsets)
        {
            if (offset < 0)
            {
                return true;
            }
        }

        return false;
    }
}
