using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>Makes the records of repairs: the opposite of <see cref="RepairBook.TryRead"/>.</summary>
public static class RepairRecords
{
    /// <summary>The records of a repair of a source partition, one for each block that it carries, at least one.</summary>
    public static IReadOnlyList<StateRecord> Of(ShardRules rules, SourceRepair repair)
    {
        int pieces = Math.Max(1, repair.Blocks.Count);
        List<StateRecord> records = [];
        for (int piece = 0; piece < pieces; piece++)
        {
            RepairRecord record = new()
            {
                Format = StateFormat.Newest,
                RulesFingerprint = rules.RulesFingerprint,
                Shard = (uint)rules.Shard,
                Kind = repair.IsGivenUp ? RepairRecord.Types.Kind.AcceptGap : RepairRecord.Types.Kind.ReadAgain,
                Place = new RepairPlace
                {
                    SourcePartition = repair.Partition,
                    FromOffset = repair.FromOffset,
                    FromPart = repair.FromPart,
                    Piece = (uint)piece,
                },
                Pieces = (uint)pieces,
                ToOffset = repair.ToOffset,
                TopicId = repair.TopicId,
                WrittenUnixMillis = repair.WrittenUnixMillis,
            };
            if (!repair.IsGivenUp)
            {
                record.Blocks.Add(repair.Blocks[piece]);
            }

            records.Add(new StateRecord(StateKeys.Repair(rules.Shard, record.Place), StateSeal.Seal(record)));
        }

        return records;
    }

    /// <summary>The record that leaves a record of the deltas topic out.</summary>
    public static StateRecord Skip(ShardRules rules, long deltasOffset, long writtenUnixMillis)
    {
        RepairRecord record = new()
        {
            Format = StateFormat.Newest,
            RulesFingerprint = rules.RulesFingerprint,
            Shard = (uint)rules.Shard,
            Kind = RepairRecord.Types.Kind.SkipRecord,
            Place = new RepairPlace { FromOffset = deltasOffset, IsRecord = true },
            Pieces = 1,
            WrittenUnixMillis = writtenUnixMillis,
        };
        return new StateRecord(StateKeys.Repair(rules.Shard, record.Place), StateSeal.Seal(record));
    }
}
