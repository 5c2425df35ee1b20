using System.Globalization;
using Confluent.Kafka;
using Google.Protobuf;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Kafka;
using StreamSpanMetrics.Schemas.V1;
using StreamSpanMetrics.Stages;

namespace StreamSpanMetrics.Commands.Repairs;

/// <summary>
/// Plans what lets shards go on where they refuse a block (M2): the missing range is given up, or read again and put into the shard's
/// state, where the shard finds it at the place where it is missing. Neither needs a worker to stop, and shards without a gap are not
/// touched.
/// </summary>
internal sealed class GapRepair
{
    private readonly ApplicationExamination application;
    private readonly bool readAgain;
    private readonly int? partition;
    private readonly TimeProvider time;
    private readonly RepairPlan plan = new();
    private IReadOnlyDictionary<int, OffsetRange> source = new Dictionary<int, OffsetRange>();
    private CancellationToken cancel;
    private bool leftOut;

    /// <summary>A repair of one source partition, or of all.</summary>
    /// <param name="application">The application.</param>
    /// <param name="readAgain">Whether missing ranges are read again; else they are given up.</param>
    /// <param name="partition">The source partition; null for all.</param>
    /// <param name="time">The clock of the records' times.</param>
    public GapRepair(ApplicationExamination application, bool readAgain, int? partition, TimeProvider time)
    {
        this.application = application;
        this.readAgain = readAgain;
        this.partition = partition;
        this.time = time;
    }

    /// <summary>The plan for all shards, or for one.</summary>
    public async Task<RepairPlan> PlanAsync(int? shard, CancellationToken stop)
    {
        cancel = stop;
        string topic = application.Settings.Source.Topic;
        int partitions = await application.Topics.PartitionCountAsync(topic).ConfigureAwait(false);
        source = partitions == 0
            ? new Dictionary<int, OffsetRange>()
            : await application.RangesAsync(topic, partitions).ConfigureAwait(false);
        int shards = await application.ShardsAsync(shard).ConfigureAwait(false);
        foreach (int number in shard is int one ? [one] : Enumerable.Range(0, shards))
        {
            ExaminedShard examined = await ExamineAsync(number, stop).ConfigureAwait(false);
            plan.Problems.AddRange(examined.Findings.Select(finding => finding.Message));
        }

        return plan;
    }

    private async Task<ExaminedShard> ExamineAsync(int shard, CancellationToken stop)
    {
        while (true)
        {
            leftOut = false;
            ShardExamination examination = new(application.Settings, application.Log)
            {
                Planned = [.. plan.Actions.Where(action => action.Shard == shard).SelectMany(action => action.Records)],
                Repair = (state, offset, block) => TryRepair(new ExaminedShardContext(shard, state, offset, block)),
            };
            ExaminedShard examined = await application.ExamineAsync(shard, examination, stop).ConfigureAwait(false);
            if (!leftOut)
            {
                return examined;
            }

            // Blocks of the record were applied before the bad one: without all of them the shard stands elsewhere.
        }
    }

    private bool TryRepair(ExaminedShardContext context)
    {
        ApplyResult block = context.Block;
        if (block.Outcome is ApplyOutcome.NoBatch or ApplyOutcome.Malformed or ApplyOutcome.ForeignFingerprint)
        {
            return partition is null && Skip(context);
        }

        if (!RepairBook.CanLeadTo(block.Outcome) || block.Outcome == ApplyOutcome.OtherTopicId || (partition is int one && one != block.Partition))
        {
            return false;
        }

        long to = block.Outcome is ApplyOutcome.Gap or ApplyOutcome.UnknownPartition ? block.FromOffset : block.ToOffset;
        SourceRepair repair = new()
        {
            Partition = block.Partition,
            FromOffset = block.ExpectedOffset,
            FromPart = block.ExpectedPart,
            ToOffset = to,
            TopicId = TopicId(context),
            WrittenUnixMillis = application.NowMillis(),
        };
        string range = string.Create(
            CultureInfo.InvariantCulture,
            $"shard {context.Shard}: source partition {block.Partition}, offsets {Math.Max(0, block.ExpectedOffset)} to {to}");
        return readAgain ? ReadAgain(context, repair, range) : GiveUp(context, repair, range);
    }

    private bool GiveUp(ExaminedShardContext context, SourceRepair repair, string range)
    {
        plan.Losses.Add($"{range} will not be counted in this shard.");
        return Add(context, repair, $"{range} are given up.");
    }

    private bool ReadAgain(ExaminedShardContext context, SourceRepair repair, string range)
    {
        long from = Math.Max(0, repair.FromOffset);
        RepairCommands commands = new(application.Settings.File);
        string giveUp = $"To give them up: {commands.AcceptGap(context.Shard, repair.Partition)}.";
        if (repair.FromPart > 0)
        {
            plan.Problems.Add($"{range} are counted in part, and the rest cannot be told from it. {giveUp}");
            return false;
        }

        OffsetRange log = source.GetValueOrDefault((int)repair.Partition);
        if (from < log.From || repair.ToOffset > log.To)
        {
            plan.Problems.Add($"{range} cannot be read again: the source topic holds {log.From} to {log.To}. {giveUp}");
            return false;
        }

        RangeAggregation aggregation = new(application.Settings, application.Log, time);
        DeltaHeader header = new(
            context.State.Rules.RulesFingerprint, repair.TopicId, (int)repair.Partition, from, repair.ToOffset, source.Count, 0,
            First: repair.FromOffset < 0);
        IReadOnlyList<DeltaBlock> blocks = aggregation.Blocks(context.Shard, header, cancel);
        string bad = aggregation.BadRecords > 0 ? $", {aggregation.BadRecords} records that cannot be decoded left out" : "";
        return Add(context, repair with { Blocks = blocks }, $"{range} are read again ({aggregation.Spans} spans in all shards{bad}).");
    }

    private bool Add(ExaminedShardContext context, SourceRepair repair, string text)
    {
        context.State.Repairs.Add(repair);
        plan.Actions.Add(new RepairAction(text) { Shard = context.Shard, Records = RepairRecords.Of(context.State.Rules, repair) });
        return true;
    }

    // Always false: the examination begins anew without the record.
    private bool Skip(ExaminedShardContext context)
    {
        leftOut = true;
        string record = string.Create(
            CultureInfo.InvariantCulture, $"{application.Settings.Stream.DeltasTopic}[{context.Shard}] at offset {context.Offset}");
        plan.Losses.Add($"what {record} covered is missing then, and is repaired like any gap once a block behind it has come.");
        plan.Actions.Add(new RepairAction($"{record} is left out.")
        {
            Shard = context.Shard, Records = [RepairRecords.Skip(context.State.Rules, context.Offset, application.NowMillis())],
        });
        return false;
    }

    private static ByteString TopicId(ExaminedShardContext context)
    {
        ReadOnlySpan<SourceState> sources = context.State.Sources;
        int number = (int)context.Block.Partition;
        return number < sources.Length ? sources[number].TopicId : sources.Length > 0 ? sources[0].TopicId : ByteString.Empty;
    }
}
