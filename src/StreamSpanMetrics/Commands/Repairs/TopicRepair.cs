using System.Globalization;
using Google.Protobuf;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Kafka;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Commands.Repairs;

/// <summary>
/// Plans to go on with a source topic that was deleted and made anew (S1): it is read from its start, every shard takes its offsets in
/// place of the old ones, and the control record names it. What the old topic held and nobody counted is gone with it.
/// </summary>
internal sealed class TopicRepair(ApplicationExamination application)
{
    private readonly RepairPlan plan = new();

    /// <summary>The plan.</summary>
    public async Task<RepairPlan> PlanAsync(CancellationToken stop)
    {
        await application.RequireNobodyAsync("aggregate").ConfigureAwait(false);
        await application.RequireNobodyAsync("merge").ConfigureAwait(false);
        string topic = application.Settings.Source.Topic;
        int partitions = await application.Topics.PartitionCountAsync(topic).ConfigureAwait(false);
        byte[] id = await application.Topics.TopicIdAsync(topic).ConfigureAwait(false);
        if (partitions == 0 || id.Length == 0)
        {
            plan.Problems.Add($"the topic {topic} does not exist, or the brokers have no topic ids");
            return plan;
        }

        IReadOnlyDictionary<int, OffsetRange> logs = await application.RangesAsync(topic, partitions).ConfigureAwait(false);
        foreach (ExaminedShard shard in await application.ExamineAsync(null, stop).ConfigureAwait(false))
        {
            plan.Problems.AddRange(shard.Findings.Select(finding => finding.Message));
            if (shard.State is ShardState state)
            {
                Plan(shard, state, ByteString.CopyFrom(id), logs);
            }
        }

        if (plan.Problems.Count > 0 || plan.Actions.Count == 0)
        {
            // All or nothing: the offsets of the group are one for all shards.
            plan.Actions.Clear();
            return plan;
        }

        plan.Losses.Add($"what the old topic {topic} held and nobody had counted is not counted.");
        string starts = string.Join(", ", logs.Select(log => $"[{log.Key}] {log.Value.From}"));
        plan.Actions.Add(new RepairAction($"{topic} is read from its start: {starts}.")
        {
            Stage = "aggregate", Topic = topic, Offsets = logs.ToDictionary(log => log.Key, log => log.Value.From),
        });
        return plan;
    }

    private void Plan(ExaminedShard shard, ShardState state, ByteString id, IReadOnlyDictionary<int, OffsetRange> logs)
    {
        _ = StateRecordReader.TryControl(shard.Contents.Control, out ControlRecord? control);
        if (!ApplicationState.IsOtherTopic(control!, id.Span))
        {
            return;
        }

        List<StateRecord> records = [];
        for (int partition = 0; partition < state.Sources.Length; partition++)
        {
            SourceState source = state.Sources[partition];
            if (!source.IsKnown)
            {
                continue;
            }

            records.AddRange(RepairRecords.Of(shard.Rules, new SourceRepair
            {
                Partition = (uint)partition,
                FromOffset = source.ExpectedOffset,
                FromPart = source.ExpectedPart,
                ToOffset = logs.TryGetValue(partition, out OffsetRange log) ? log.From : 0,
                TopicId = id,
                WrittenUnixMillis = application.NowMillis(),
            }));
        }

        control!.CurrentTopicId = id;
        control.Checksum = 0;
        records.Add(new StateRecord(StateKeys.Control(shard.Number), StateSeal.Seal(control)));
        string text = string.Create(
            CultureInfo.InvariantCulture, $"shard {shard.Number}: {state.Sources.Length} source partitions go on in the new topic.");
        plan.Actions.Add(new RepairAction(text) { Shard = shard.Number, Records = records });
    }
}
