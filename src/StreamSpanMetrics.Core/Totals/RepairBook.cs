using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>
/// The repairs of one shard (M2). They are decisions about places of the log, not about moments: where a shard meets the place, now or
/// in a replay at any later time, the same happens. So they are kept beside progress and never change.
/// </summary>
public sealed class RepairBook
{
    private readonly SortedDictionary<(uint Partition, long Offset, uint Part), SourceRepair> sources = [];
    private readonly SortedSet<long> skippedRecords = [];

    /// <summary>Repairs of source partitions, by partition and offset.</summary>
    public IReadOnlyCollection<SourceRepair> Sources => sources.Values;

    /// <summary>Offsets of the deltas topic whose records are left out.</summary>
    public IReadOnlyCollection<long> SkippedRecords => skippedRecords;

    /// <summary>Whether the record at an offset of the deltas topic is left out.</summary>
    public bool Skips(long deltasOffset) => skippedRecords.Contains(deltasOffset);

    /// <summary>Leaves the record at an offset of the deltas topic out.</summary>
    public void Skip(long deltasOffset) => skippedRecords.Add(deltasOffset);

    /// <summary>Adds a repair; one of the same place is replaced.</summary>
    public void Add(SourceRepair repair) => sources[(repair.Partition, repair.FromOffset, repair.FromPart)] = repair;

    /// <summary>Whether a repair of the source partition can lead on to a block that was refused; else the block itself is bad.</summary>
    public static bool CanLeadTo(ApplyOutcome outcome) => outcome is ApplyOutcome.Gap or ApplyOutcome.Overlap
        or ApplyOutcome.MissingPart or ApplyOutcome.OtherTopicId or ApplyOutcome.UnknownPartition;

    /// <summary>The repair that leads on from a place where a block was refused; null if there is none.</summary>
    internal SourceRepair? Find(ApplyOutcome outcome, uint partition, SourceState position) =>
        CanLeadTo(outcome)
        && sources.TryGetValue((partition, position.ExpectedOffset, position.ExpectedPart), out SourceRepair? repair)
        && (repair.ToOffset > position.ExpectedOffset || repair.TopicId != position.TopicId)
            ? repair
            : null;

    /// <summary>Reads the repairs among the records of a shard.</summary>
    internal static RestoreFailure TryRead(ShardRules rules, StateContents contents, out RepairBook book)
    {
        book = new RepairBook();
        SortedDictionary<(uint, long, uint), List<RepairRecord>> pieces = [];
        foreach ((RepairPlace place, byte[] value) in contents.Repairs)
        {
            RestoreFailure failure = StateRecordReader.TryRepair(value, rules, place, out RepairRecord? record);
            if (failure != RestoreFailure.None)
            {
                return failure;
            }

            if (record!.Kind == RepairRecord.Types.Kind.SkipRecord)
            {
                book.Skip(place.FromOffset);
                continue;
            }

            (uint, long, uint) key = (place.SourcePartition, place.FromOffset, place.FromPart);
            if (!pieces.TryGetValue(key, out List<RepairRecord>? known))
            {
                known = [];
                pieces.Add(key, known);
            }

            known.Add(record);
        }

        foreach (List<RepairRecord> repair in pieces.Values)
        {
            repair.Sort(static (one, other) => one.Place.Piece.CompareTo(other.Place.Piece));
            if (!IsWhole(repair))
            {
                return RestoreFailure.Missing;
            }

            book.Add(Join(repair));
        }

        return RestoreFailure.None;
    }

    // An older repair of the same place may have had more pieces: those are left over, and known by their count.
    private static bool IsWhole(List<RepairRecord> pieces)
    {
        int count = (int)Math.Min(pieces[0].Pieces, int.MaxValue);
        pieces.RemoveAll(piece => piece.Place.Piece >= count);
        for (int number = 0; number < pieces.Count; number++)
        {
            if (pieces[number].Place.Piece != number || pieces[number].Pieces != count || pieces[number].ToOffset != pieces[0].ToOffset)
            {
                return false;
            }
        }

        return pieces.Count == count && count > 0;
    }

    private static SourceRepair Join(List<RepairRecord> pieces)
    {
        List<DeltaBlock> blocks = [];
        foreach (RepairRecord piece in pieces)
        {
            blocks.AddRange(piece.Blocks);
        }

        return new SourceRepair
        {
            Partition = pieces[0].Place.SourcePartition,
            FromOffset = pieces[0].Place.FromOffset,
            FromPart = pieces[0].Place.FromPart,
            ToOffset = pieces[0].ToOffset,
            TopicId = pieces[0].TopicId,
            Blocks = blocks,
            WrittenUnixMillis = pieces[0].WrittenUnixMillis,
        };
    }
}
