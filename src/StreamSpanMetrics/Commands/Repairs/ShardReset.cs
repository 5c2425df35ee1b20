using System.Globalization;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Commands.Repairs;

/// <summary>
/// Plans what makes a shard restorable again with the least loss: a control record is taken from another shard or made anew, a repair
/// that cannot be read is removed, and only where totals cannot be restored they begin anew. Positions, clocks and open steps stay, so
/// nothing is counted twice and no span is missing in rates: the counters of the shard's series start at zero with a new start time.
/// </summary>
internal sealed class ShardReset(ApplicationExamination application)
{
    private readonly RepairPlan plan = new();
    private readonly StreamSettings stream = application.Settings.Stream;
    private long deltasOffset = -1;

    /// <summary>The plan for one shard.</summary>
    public async Task<RepairPlan> PlanAsync(int number, CancellationToken stop)
    {
        await application.RequireNobodyAsync("merge").ConfigureAwait(false);
        IReadOnlyList<ExaminedShard> all = await application.ExamineAsync(null, stop).ConfigureAwait(false);
        ExaminedShard shard = all.Single(one => one.Number == number);
        IReadOnlyDictionary<int, long> committed = await application.CommittedAsync("merge", stream.DeltasTopic, all.Count).ConfigureAwait(false);
        List<StateRecord> records = [];
        PlanControl(all, shard, records);
        PlanRepairs(shard, records);
        await PlanTotalsAsync(all, shard, committed, records, stop).ConfigureAwait(false);
        if (records.Count > 0 && plan.Problems.Count == 0)
        {
            plan.Actions.Add(new RepairAction($"shard {number}: {records.Count} records of its state are written or removed.")
            {
                Shard = number, Records = records, Stage = "merge", Topic = stream.DeltasTopic,
                Offsets = Offsets(number, committed),
            });
        }

        return plan;
    }

    private Dictionary<int, long> Offsets(int shard, IReadOnlyDictionary<int, long> committed) =>
        deltasOffset >= 0 ? new() { [shard] = deltasOffset } : committed.TryGetValue(shard, out long known) ? new() { [shard] = known } : [];

    private void PlanControl(IReadOnlyList<ExaminedShard> all, ExaminedShard shard, List<StateRecord> records)
    {
        if (IsSound(shard.Contents.Control) && all.Where(one => IsSound(one.Contents.Control))
            .All(one => one.Contents.Control.AsSpan().SequenceEqual(shard.Contents.Control)))
        {
            return;
        }

        byte[]? other = all.Where(one => one.Number != shard.Number).Select(one => one.Contents.Control).FirstOrDefault(IsSound);
        string text = other is null ? "is made anew from the settings and what the shards know" : "is copied from another shard";
        plan.Actions.Add(new RepairAction($"shard {shard.Number}: the control record {text}. No counter is lost by that."));
        if (other is not null)
        {
            records.Add(new StateRecord(StateKeys.Control(shard.Number), other));
            return;
        }

        if (Made(all) is ControlRecord made)
        {
            plan.Actions.AddRange(all.Where(one => one.Number != shard.Number).Select(one => new RepairAction($"shard {one.Number}: likewise.")
            {
                Shard = one.Number, Records = [new StateRecord(StateKeys.Control(one.Number), StateSeal.Seal(made))],
            }));
            records.Add(new StateRecord(StateKeys.Control(shard.Number), StateSeal.Seal(made)));
        }
        else
        {
            plan.Problems.Add("no shard has progress from which a control record could be made: start over under another stream.application_id.");
        }
    }

    // Start offsets matter to shards without a snapshot alone, and those have progress only if they began at the same place.
    private ControlRecord? Made(IReadOnlyList<ExaminedShard> all)
    {
        RulesFingerprint rules = new(application.Settings);
        foreach (ExaminedShard shard in all)
        {
            if (StateRecordReader.TryProgress(shard.Contents.Progress, shard.Rules, out ProgressRecord? progress) == RestoreFailure.None)
            {
                ControlRecord control = new()
                {
                    Format = StateFormat.Newest, Semantics = RulesFingerprint.Semantics, RulesFingerprint = rules.Number, RulesText = rules.Text,
                    Shards = (uint)all.Count, SourceTopic = application.Settings.Source.Topic,
                    IntervalMillis = shard.Rules.IntervalMillis,
                    SourceTopicId = progress!.Sources.Select(source => source.TopicId).FirstOrDefault(Google.Protobuf.ByteString.Empty),
                };
                control.StartOffsets.Add(progress.Sources.Select(_ => 0L));
                return control;
            }
        }

        return null;
    }

    private void PlanRepairs(ExaminedShard shard, List<StateRecord> records)
    {
        if (!shard.Findings.Any(finding => finding.Kind.StartsWith("repair", StringComparison.Ordinal)))
        {
            return;
        }

        records.AddRange(shard.Contents.Repairs.Keys.Select(place => new StateRecord(StateKeys.Repair(shard.Number, place), null)));
        plan.Losses.Add($"shard {shard.Number}: all {shard.Contents.Repairs.Count} repair records are removed; if the shard stops where they "
            + "applied, they have to be made again.");
    }

    private async Task PlanTotalsAsync(
        IReadOnlyList<ExaminedShard> all, ExaminedShard shard, IReadOnlyDictionary<int, long> committed, List<StateRecord> records,
        CancellationToken stop)
    {
        RestoreFailure failure = StateRecordReader.TryProgress(shard.Contents.Progress, shard.Rules, out ProgressRecord? progress);
        if (failure == RestoreFailure.NewerFormat)
        {
            plan.Problems.AddRange(shard.Findings.Select(finding => finding.Message));
            return;
        }

        bool isYoung = shard.Contents.Progress is null && committed.GetValueOrDefault(shard.Number) == 0;
        bool isBroken = failure != RestoreFailure.None && !isYoung;
        if (!isBroken && !shard.Findings.Any(finding => finding.Kind.StartsWith("chunk", StringComparison.Ordinal) || IsReplay(finding)))
        {
            return;
        }

        if (isBroken)
        {
            progress = new ProgressRebuild(application).Of(all, shard, committed, stop);
        }

        if (progress is null)
        {
            plan.Problems.Add($"shard {shard.Number}: neither progress nor deltas say where it was: start over under another stream.application_id.");
            return;
        }

        plan.Losses.Add(string.Create(
            CultureInfo.InvariantCulture,
            $"shard {shard.Number}: the counters of its series begin anew at zero, with a new start time. rate() and increase() go on; "
            + $"totals do not."));
        List<StateRecord> emptied = Emptied(shard, progress, keepOpenSteps: true);
        ShardExamination examination = new(application.Settings, application.Log) { Planned = [.. records, .. emptied] };
        ExaminedShard after = await application.ExamineAsync(shard.Number, examination, stop).ConfigureAwait(false);
        if (after.Findings.Any(IsReplay))
        {
            plan.Losses.Add($"shard {shard.Number}: the deltas do not lead on, so what the open steps held is not counted.");
            long start = (await application.RangesAsync(stream.DeltasTopic, all.Count).ConfigureAwait(false))[shard.Number].From;
            // What was deleted is found missing once the shard is there: a gap, which is repaired from the source topic.
            progress.DeltasOffset = Math.Max(progress.DeltasOffset, start);
            deltasOffset = progress.DeltasOffset;
            emptied = Emptied(shard, progress, keepOpenSteps: false);
        }

        records.AddRange(emptied);
    }

    // An empty set that contains all closed steps: what a replay finds of them is left out, what is open stays (S3).
    private static List<StateRecord> Emptied(ExaminedShard shard, ProgressRecord from, bool keepOpenSteps)
    {
        ProgressRecord progress = from.Clone();
        SnapshotSet? old = progress.CompleteSet;
        ReplayStart start = old?.Replay ?? new ReplayStart();
        if (old is null || !keepOpenSteps)
        {
            start = new ReplayStart { DeltasOffset = progress.DeltasOffset, ClosedStep = progress.ClosedStep };
            start.Sources.Add(progress.Sources);
            progress.ForcedCloses.Clear();
        }

        SnapshotSet set = new() { Number = (old?.Number ?? 0) + 2, Chunks = 1, Written = 1, Replay = start };
        SnapshotChunk chunk = new()
        {
            Format = StateFormat.Newest, RulesFingerprint = shard.Rules.RulesFingerprint, Shard = (uint)shard.Number,
            SetNumber = set.Number, Chunks = 1, ClosedStep = progress.ClosedStep,
        };
        progress.CompleteSet = set;
        progress.NextSet = null;
        progress.EmittingStep = 0;
        progress.EmittedRecords = 0;
        progress.EmittingExemplars = 0;
        progress.Checksum = 0;
        return
        [
            new StateRecord(StateKeys.Chunk(shard.Number, set.Number, 0), StateSeal.Seal(chunk)),
            ProgressBuilder.Record(shard.Number, progress),
        ];
    }

    private bool IsSound(byte[]? control) =>
        StateRecordReader.TryControl(control, out ControlRecord? read) == RestoreFailure.None
        && read!.RulesFingerprint == new RulesFingerprint(application.Settings).Number;

    private static bool IsReplay(Finding finding) => finding.Kind is "replay_refused" or "replay_incomplete" or "deltas_missing";
}
