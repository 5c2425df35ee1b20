using System.Globalization;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Kafka;

namespace StreamSpanMetrics.Commands.Repairs;

/// <summary>
/// Plans to set committed offsets to what the state says: those of merge to the progress records, those of aggregate to where the deltas
/// lead, those of export to the start of the log where they are gone. The broker refuses it while workers run the stage.
/// </summary>
internal sealed class OffsetRepair(ApplicationExamination application)
{
    private readonly RepairPlan plan = new();
    private readonly StreamSettings stream = application.Settings.Stream;

    /// <summary>The plan for a stage, for all of its partitions or one.</summary>
    public async Task<RepairPlan> PlanAsync(string stage, int? partition, CancellationToken stop)
    {
        await application.RequireNobodyAsync(stage).ConfigureAwait(false);
        await (stage switch
        {
            "merge" => PlanMergeAsync(partition, stop),
            "aggregate" => PlanAggregateAsync(partition, stop),
            _ => PlanExportAsync(partition),
        }).ConfigureAwait(false);
        return plan;
    }

    private async Task PlanMergeAsync(int? partition, CancellationToken stop)
    {
        int shards = await application.ShardsAsync(partition).ConfigureAwait(false);
        IReadOnlyDictionary<int, long> committed = await application.CommittedAsync("merge", stream.DeltasTopic, shards).ConfigureAwait(false);
        foreach (ExaminedShard shard in await application.ExamineAsync(partition, stop).ConfigureAwait(false))
        {
            if (shard.DeltasOffset is not long progress)
            {
                plan.Problems.AddRange(shard.Findings.Select(finding => finding.Message));
                continue;
            }

            if (shard.Contents.Progress is null && committed.GetValueOrDefault(shard.Number) > 0)
            {
                plan.Problems.Add($"shard {shard.Number}: its progress record is missing, so nothing says where it was: see 'state verify'.");
                continue;
            }

            Set("merge", stream.DeltasTopic, shard.Number, committed, progress, "what the progress record says");
        }
    }

    private async Task PlanAggregateAsync(int? partition, CancellationToken stop)
    {
        string topic = application.Settings.Source.Topic;
        int partitions = await application.Topics.PartitionCountAsync(topic).ConfigureAwait(false);
        if (partition >= partitions)
        {
            throw new Views.ViewException($"there is no partition {partition}: {topic} has {partitions}", ExitCode.Usage);
        }

        IReadOnlyDictionary<int, long> committed = await application.CommittedAsync("aggregate", topic, partitions).ConfigureAwait(false);
        IReadOnlyList<ExaminedShard> examined = await application.ExamineAsync(null, stop).ConfigureAwait(false);
        foreach (int number in partition is int one ? [one] : Enumerable.Range(0, partitions))
        {
            if (examined.Max(shard => shard.LeadsTo(number)) is long leadsTo)
            {
                Set("aggregate", topic, number, committed, leadsTo, "where the deltas lead");
            }
            else if (partition is not null)
            {
                plan.Problems.Add($"{topic}[{number}]: no shard knows where it was: see 'state verify'.");
            }
        }
    }

    private async Task PlanExportAsync(int? partition)
    {
        string topic = application.Settings.MetricsTopic.Topic;
        int shards = await application.ShardsAsync(partition).ConfigureAwait(false);
        IReadOnlyDictionary<int, long> committed = await application.CommittedAsync("export", topic, shards).ConfigureAwait(false);
        IReadOnlyDictionary<int, OffsetRange> logs = await application.RangesAsync(topic, shards).ConfigureAwait(false);
        foreach (int shard in partition is int one ? [one] : Enumerable.Range(0, shards))
        {
            if (!committed.ContainsKey(shard))
            {
                Set("export", topic, shard, committed, logs[shard].From, "the start of the log, so that all its points are sent again");
            }
        }
    }

    private void Set(string stage, string topic, int partition, IReadOnlyDictionary<int, long> committed, long offset, string what)
    {
        bool isKnown = committed.TryGetValue(partition, out long old);
        if (isKnown && old == offset)
        {
            return;
        }

        string from = isKnown ? old.ToString(CultureInfo.InvariantCulture) : "none";
        plan.Actions.Add(new RepairAction(string.Create(
            CultureInfo.InvariantCulture, $"the committed offset of {stage} for {topic}[{partition}] is set from {from} to {offset}: {what}."))
        {
            Stage = stage, Topic = topic, Offsets = new Dictionary<int, long> { [partition] = offset },
        });
    }
}
