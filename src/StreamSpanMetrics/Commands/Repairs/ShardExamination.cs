using StreamSpanMetrics.Commands.Views;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Kafka;
using StreamSpanMetrics.Schemas.V1;
using StreamSpanMetrics.Stages;

namespace StreamSpanMetrics.Commands.Repairs;

/// <summary>Restores a shard as merge does, and leads it on through the deltas that merge has not applied yet, to see what it would refuse.</summary>
internal sealed class ShardExamination
{
    private readonly ProcessorSettings settings;
    private readonly IShardLog log;
    private readonly ShardProblems problems;

    public ShardExamination(ProcessorSettings settings, IShardLog log)
    {
        this.settings = settings;
        this.log = log;
        problems = ApplicationLook.Problems(settings);
    }

    /// <summary>
    /// Asked about a block that is refused; if it adds a repair to the state's book and says true, the block is tried again.
    /// </summary>
    public Func<ShardState, long, ApplyResult, bool>? Repair { get; init; }

    /// <summary>Records that are not in the log yet, but are examined as if they were.</summary>
    public IReadOnlyList<StateRecord> Planned { get; init; } = [];

    /// <summary>Examines a shard.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="rangeOfDeltas">
    /// Tells what the deltas topic holds of the shard: its end is where the examination ends. Asked when the state is read: merge goes on
    /// meanwhile.
    /// </param>
    /// <param name="cancel">Ends it early.</param>
    public async Task<ExaminedShard> ExamineAsync(int number, Func<Task<OffsetRange>> rangeOfDeltas, CancellationToken cancel)
    {
        ShardRules rules = RulesBuilder.Shard(settings, number);
        StateContents contents = log.ReadState(number, cancel);
        foreach (StateRecord record in Planned)
        {
            contents.Add(record.Key, record.Value);
        }

        OffsetRange deltas = await rangeOfDeltas().ConfigureAwait(false);
        ExaminedShard shard = new() { Number = number, Rules = rules, Contents = contents };
        IReadOnlyList<RestoreResult> failures = StateExamination.Failures(rules, contents);
        if (StateRecordReader.TryProgress(contents.Progress, rules, out ProgressRecord? progress) == RestoreFailure.None)
        {
            shard = shard with { DeltasOffset = progress!.DeltasOffset, Chunks = (int)SnapshotWriter.RecordCount(progress.CompleteSet) };
        }

        if (failures.Count > 0)
        {
            return shard with { Findings = [.. failures.Select(failure => FindingOf(number, failure))] };
        }

        ShardReplay replay = SnapshotReader.Read(rules, contents).Replay!;
        shard = shard with { DeltasOffset = replay.ToOffset };
        if (deltas.From > replay.FromOffset || deltas.To < replay.ToOffset)
        {
            string message = problems.IncompleteReplay(number, replay.FromOffset, replay.ToOffset);
            return shard with { Findings = [new Finding("deltas_missing", number, null, null, message)] };
        }

        return Restore(shard, replay, cancel) is Finding finding
            ? shard with { Findings = [finding] }
            : LeadOn(shard, replay, deltas, cancel);
    }

    private Finding? Restore(ExaminedShard shard, ShardReplay replay, CancellationToken cancel)
    {
        foreach ((long offset, DeltaBatch? batch) in log.ReadDeltas(shard.Number, replay.FromOffset, replay.ToOffset, cancel))
        {
            RestoreFailure failure = replay.Apply(batch, offset);
            if (failure == RestoreFailure.RefusedBlock)
            {
                ApplyResult refused = replay.RefusedBlock;
                return new Finding(
                    "replay_refused", shard.Number, null, Partition(refused), problems.RefusedReplay(shard.Number, offset, refused));
            }

            if (failure != RestoreFailure.None)
            {
                return Incomplete(shard.Number, replay);
            }
        }

        return null;
    }

    private ExaminedShard LeadOn(ExaminedShard shard, ShardReplay replay, OffsetRange deltas, CancellationToken cancel)
    {
        if (replay.Complete(out ShardState? state, out _) != RestoreFailure.None)
        {
            return shard with { Findings = [Incomplete(shard.Number, replay)] };
        }

        Dictionary<uint, long> newest = [];
        Finding? finding = null;
        foreach ((long offset, DeltaBatch? batch) in log.ReadDeltas(shard.Number, replay.ToOffset, deltas.To, cancel))
        {
            foreach (DeltaBlock block in batch?.Blocks ?? [])
            {
                newest[block.SourcePartition] = Math.Max(newest.GetValueOrDefault(block.SourcePartition), block.ToOffset);
            }

            if (finding is null && Refusal(state!, batch, offset) is ApplyResult refused)
            {
                finding = new Finding("block_refused", shard.Number, null, Partition(refused), problems.Refused(shard.Number, offset, refused));
            }
        }

        return shard with { State = state, NewestBlocks = newest, Findings = finding is null ? [] : [finding] };
    }

    // Null if the whole record was applied.
    private ApplyResult? Refusal(ShardState state, DeltaBatch? batch, long offset)
    {
        CloseSteps(state);
        if (batch is null && !state.Repairs.Skips(offset) && !(Repair?.Invoke(state, offset, ApplyResult.NoBatch) ?? false))
        {
            return ApplyResult.NoBatch;
        }

        foreach (DeltaBlock block in batch?.Blocks ?? [])
        {
            ApplyResult result = state.Apply(block, offset);
            while (result.IsRefusal)
            {
                if (!(Repair?.Invoke(state, offset, result) ?? false))
                {
                    return result;
                }

                result = state.Apply(block, offset);
            }

            CloseSteps(state);
        }

        state.CompleteRecord(offset);
        return null;
    }

    private static void CloseSteps(ShardState state)
    {
        while (state.NextClosableStep is long step)
        {
            state.Close(step);
            state.Finish();
        }
    }

    private Finding Incomplete(int shard, ShardReplay replay) =>
        new("replay_incomplete", shard, null, null, problems.IncompleteReplay(shard, replay.FromOffset, replay.ToOffset));

    private Finding FindingOf(int shard, RestoreResult failure) => new(
        $"{failure.Record}_{Word(failure.Failure)}".ToLowerInvariant(),
        shard,
        failure.Chunk < 0 ? null : failure.Chunk,
        null,
        problems.Record(shard, failure.Failure, failure.Record, failure.Chunk));

    private static string Word(RestoreFailure failure) => failure switch
    {
        RestoreFailure.ForeignFingerprint => "foreign",
        RestoreFailure.NewerFormat => "newer",
        _ => failure.ToString(),
    };

    private static int? Partition(ApplyResult block) => block.Outcome == ApplyOutcome.NoBatch ? null : (int)block.Partition;
}
