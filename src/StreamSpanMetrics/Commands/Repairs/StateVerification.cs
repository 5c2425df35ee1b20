using StreamSpanMetrics.Commands.Views;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Kafka;
using StreamSpanMetrics.Schemas.V1;
using StreamSpanMetrics.Stages;

namespace StreamSpanMetrics.Commands.Repairs;

/// <summary>
/// Checks everything that the counters rest on: each record of the state, the deltas they need, and the committed offsets of all stages
/// against them. Joins no group and changes nothing; may run beside workers.
/// </summary>
internal sealed class StateVerification
{
    private readonly ApplicationExamination application;
    private readonly StreamSettings stream;
    private readonly ShardProblems problems;
    private readonly RepairCommands repair;
    private readonly List<Finding> findings = [];

    public StateVerification(ApplicationExamination application)
    {
        this.application = application;
        stream = application.Settings.Stream;
        problems = ApplicationLook.Problems(application.Settings);
        repair = new RepairCommands(application.Settings.File);
    }

    /// <summary>Looks at all shards, or one.</summary>
    public async Task<VerifyReport> RunAsync(int? only, DateTimeOffset now, CancellationToken cancel)
    {
        int shards = await application.ShardsAsync(only).ConfigureAwait(false);
        string source = application.Settings.Source.Topic;
        int partitions = await application.Topics.PartitionCountAsync(source).ConfigureAwait(false);
        // Committed offsets before the deltas: what happens in between makes the deltas lead further, never less far.
        IReadOnlyDictionary<int, long> merged = await application.CommittedAsync("merge", stream.DeltasTopic, shards).ConfigureAwait(false);
        IReadOnlyDictionary<int, long> aggregated = await CommittedAsync("aggregate", source, partitions).ConfigureAwait(false);
        IReadOnlyList<ExaminedShard> examined = await application.ExamineAsync(only, cancel).ConfigureAwait(false);
        IReadOnlyDictionary<int, long> mergedLater = await application.CommittedAsync("merge", stream.DeltasTopic, shards).ConfigureAwait(false);
        foreach (ExaminedShard shard in examined)
        {
            findings.AddRange(shard.Findings);
            CheckMerge(shard, merged, mergedLater);
            if (shard.Contents.ForeignRecords > 0)
            {
                findings.Add(new Finding(
                    "foreign_record", shard.Number, null, null,
                    $"{stream.StateTopic}[{shard.Number}] holds {shard.Contents.ForeignRecords} records that are not its own. They are left "
                    + "aside, but somebody else writes to this topic."));
            }
        }

        CheckControls(examined);
        await CheckSourceAsync(examined, source, partitions, aggregated).ConfigureAwait(false);
        await CheckExportAsync(shards).ConfigureAwait(false);
        return new VerifyReport(
            stream.ApplicationId, now, examined.Count, examined.Sum(shard => shard.Chunks),
            examined.Sum(shard => shard.State?.ActiveSeries ?? 0L), findings, [.. examined.SelectMany(Repairs)]);
    }

    // A worker commits beside us: progress is between the two answers, and equal to both where nothing happens.
    private void CheckMerge(ExaminedShard shard, IReadOnlyDictionary<int, long> before, IReadOnlyDictionary<int, long> after)
    {
        if (shard.Findings.Any(finding => finding.Kind.StartsWith("progress", StringComparison.Ordinal)))
        {
            return;
        }

        long? committed = before.TryGetValue(shard.Number, out long known) ? known : null;
        long later = after.GetValueOrDefault(shard.Number, -1);
        long progress = shard.DeltasOffset ?? 0;
        if (committed is not null && shard.DeltasOffset is null or 0 && shard.Contents.Progress is null && committed > 0)
        {
            findings.Add(new Finding(
                "progress_missing", shard.Number, null, null, problems.Record(shard.Number, RestoreFailure.Missing, StateRecordKind.Progress, -1)));
        }
        else if (committed is null || progress < committed || progress > later)
        {
            findings.Add(new Finding("merge_offset", shard.Number, null, null, problems.OffsetMismatch(shard.Number, committed, progress)));
        }
    }

    private void CheckControls(IReadOnlyList<ExaminedShard> examined)
    {
        byte[]? first = examined.Select(shard => shard.Contents.Control).FirstOrDefault(control => control is not null);
        foreach (ExaminedShard shard in examined)
        {
            bool isSound = StateRecordReader.TryControl(shard.Contents.Control, out ControlRecord? control) == RestoreFailure.None;
            if (isSound && (!shard.Contents.Control.AsSpan().SequenceEqual(first) || control!.Shards != stream.Shards))
            {
                findings.Add(new Finding(
                    "control_differs", shard.Number, null, null,
                    $"{stream.StateTopic}[{shard.Number}]: the control record is not that of the other shards. To take theirs: "
                    + $"{repair.Reset(shard.Number)}."));
            }
        }
    }

    private async Task CheckSourceAsync(
        IReadOnlyList<ExaminedShard> examined, string source, int partitions, IReadOnlyDictionary<int, long> aggregated)
    {
        if (partitions == 0)
        {
            findings.Add(new Finding("source_missing", null, null, null, $"The topic {source} does not exist."));
            return;
        }

        await CheckTopicIdAsync(examined, source).ConfigureAwait(false);
        IReadOnlyDictionary<int, long> later = await CommittedAsync("aggregate", source, partitions).ConfigureAwait(false);
        IReadOnlyDictionary<int, OffsetRange> logs = await application.RangesAsync(source, partitions).ConfigureAwait(false);
        for (int partition = 0; partition < partitions; partition++)
        {
            long? leadsTo = examined.Max(shard => shard.LeadsTo(partition));
            if (!aggregated.TryGetValue(partition, out long committed))
            {
                if (leadsTo is not null)
                {
                    Add(partition, "aggregate_offset", $"the committed offset is gone, but its records up to {leadsTo} are counted.");
                }

                continue;
            }

            foreach (ExaminedShard shard in examined.Where(shard => shard.State is not null && shard.Findings.Count == 0))
            {
                if (shard.LeadsTo(partition) is long reached && reached < committed)
                {
                    Add(partition, "aggregate_offset", $"the committed offset is {committed}, but the deltas of shard {shard.Number} lead to "
                        + $"{reached} only: the records between would be missing.", shard.Number);
                }
            }

            if (leadsTo > later.GetValueOrDefault(partition, committed))
            {
                Add(partition, "aggregate_offset", $"the committed offset is {committed}, but its records up to {leadsTo} are counted: they "
                    + "would be read again.");
            }

            CheckLog(source, partition, committed, logs[partition]);
        }
    }

    private void CheckLog(string source, int partition, long committed, OffsetRange log)
    {
        if (committed < log.From)
        {
            findings.Add(new Finding(
                "records_lost", null, null, partition,
                $"{source}[{partition}]: the next record to be read is {committed}, but the log starts at {log.From}: what is between was "
                + "deleted before it was counted. With stream.on_data_loss: continue workers note it and go on."));
        }
        else if (committed > log.To)
        {
            findings.Add(new Finding(
                "records_lost", null, null, partition,
                $"{source}[{partition}]: the next record to be read is {committed}, but the log ends at {log.To}: it was cut short."));
        }
    }

    private async Task CheckTopicIdAsync(IReadOnlyList<ExaminedShard> examined, string source)
    {
        byte[] id = await application.Topics.TopicIdAsync(source).ConfigureAwait(false);
        ControlRecord? control = null;
        _ = examined.Any(shard => StateRecordReader.TryControl(shard.Contents.Control, out control) == RestoreFailure.None);
        if (control is not null && ApplicationState.IsOtherTopic(control, id))
        {
            findings.Add(new Finding("other_topic", null, null, null, new ApplicationProblems(application.Settings).OtherTopic()));
        }
    }

    private async Task CheckExportAsync(int shards)
    {
        if (application.Settings.RemoteWrite is null)
        {
            return;
        }

        string topic = application.Settings.MetricsTopic.Topic;
        IReadOnlyDictionary<int, long> exported = await CommittedAsync("export", topic, shards).ConfigureAwait(false);
        foreach (int shard in Enumerable.Range(0, shards).Where(shard => !exported.ContainsKey(shard)))
        {
            findings.Add(new Finding("export_offset", shard, null, null, Messages.MissingOffset("export", topic, shard, repair)));
        }
    }

    private async Task<IReadOnlyDictionary<int, long>> CommittedAsync(string stage, string topic, int partitions) =>
        partitions == 0 ? new Dictionary<int, long>() : await application.CommittedAsync(stage, topic, partitions).ConfigureAwait(false);

    private void Add(int partition, string kind, string what, int? shard = null) => findings.Add(new Finding(
        kind, shard, null, partition,
        $"{application.Settings.Source.Topic}[{partition}]: {what} To set the offset to where the deltas lead, with all workers stopped: "
        + $"{repair.RestoreOffset("aggregate", partition)}."));

    private static IEnumerable<string> Repairs(ExaminedShard shard)
    {
        if (shard.State is not ShardState state)
        {
            return [];
        }

        IEnumerable<string> sources = state.Repairs.Sources.Select(source =>
            $"shard {shard.Number}: source partition {source.Partition}, offsets {source.FromOffset} to {source.ToOffset} "
            + (source.IsGivenUp ? "given up" : "read again") + $" at {ViewTimes.FromMillis(source.WrittenUnixMillis):u}");
        IEnumerable<string> records = state.Repairs.SkippedRecords.Select(offset => $"shard {shard.Number}: record {offset} of the deltas left out");
        return sources.Concat(records);
    }
}
