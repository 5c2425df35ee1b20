using StreamSpanMetrics.Core.Totals;

namespace StreamSpanMetrics.Stages;

/// <summary>What keeps a shard from being restored or from going on, in words: cause, consequence, and the command that repairs it.</summary>
public sealed class ShardProblems
{
    private const string NothingChanged = "Nothing was changed.";

    private readonly string deltasTopic;
    private readonly string stateTopic;
    private readonly RepairCommands repair;

    /// <summary>Problems of an application with these topics.</summary>
    public ShardProblems(string deltasTopic, string stateTopic, RepairCommands repair)
    {
        this.deltasTopic = deltasTopic;
        this.stateTopic = stateTopic;
        this.repair = repair;
    }

    /// <summary>A record of the state topic is in the way.</summary>
    public string Record(int shard, RestoreFailure failure, StateRecordKind record, int chunk)
    {
        string what = record switch
        {
            StateRecordKind.Control => "the control record",
            StateRecordKind.Progress => "the progress record",
            StateRecordKind.Chunk => $"chunk {chunk} of the snapshot",
            StateRecordKind.Repair => "a repair record",
            _ => "a record",
        };
        string cause = failure switch
        {
            RestoreFailure.Missing => $"{what} is missing",
            RestoreFailure.Damaged => $"{what} is damaged: its checksum does not fit, or it contradicts itself",
            RestoreFailure.Stale => $"{what} is older than the progress record says; the newer one is missing",
            RestoreFailure.Misplaced => $"{what} belongs to another shard or another place",
            RestoreFailure.ForeignFingerprint => $"{what} was written under other rules",
            RestoreFailure.NewerFormat => $"{what} was written by a newer release",
            _ => $"{what} does not fit ({failure})",
        };
        string remedy = failure switch
        {
            RestoreFailure.NewerFormat => "Run that release, or a later one.",
            RestoreFailure.ForeignFingerprint when record == StateRecordKind.Control =>
                "Use the settings that the application was started with, or another stream.application_id.",
            _ when record == StateRecordKind.Control => $"To write it anew: {repair.Reset(shard)}. No counter is lost by that.",
            _ when record == StateRecordKind.Repair => $"To drop it and repair the shard anew: {repair.Reset(shard)}.",
            _ => $"To go on with counters of this shard that begin anew at zero: {repair.Reset(shard)}.",
        };
        return $"{stateTopic}[{shard}]: {cause}. The shard cannot be restored. {NothingChanged} {remedy}";
    }

    /// <summary>The replay of deltas does not lead to the progress record.</summary>
    public string IncompleteReplay(int shard, long from, long to) =>
        $"{deltasTopic}[{shard}]: the deltas from offset {from} to {to} do not lead to what the progress record says: some were deleted, or "
        + $"changed. The shard cannot be restored. {NothingChanged} "
        + $"To go on with counters of this shard that begin anew at zero: {repair.Reset(shard)}.";

    /// <summary>Deltas were deleted before merge read them.</summary>
    public string DeltasLost(int shard, long offset) =>
        $"{deltasTopic}[{shard}]: the next offset to read is {offset}, but it is gone: the topic keeps its records for a limited time, and merge "
        + $"rested for longer, or somebody deleted them. {NothingChanged} To go on with counters of this shard that begin anew at zero, and "
        + $"then count what is missing from the source topic: {repair.Reset(shard)}.";

    /// <summary>A record of the replay is refused.</summary>
    public string RefusedReplay(int shard, long offset, ApplyResult block) =>
        $"{deltasTopic}[{shard}] at offset {offset}: {Describe(block)} This record was applied before, so it was changed since, or the state "
        + $"was. The shard cannot be restored. {NothingChanged} "
        + $"To go on with counters of this shard that begin anew at zero: {repair.Reset(shard)}.";

    /// <summary>A record of the deltas topic is refused (M2).</summary>
    public string Refused(int shard, long offset, ApplyResult block)
    {
        string consequence = "This shard stops here, because going on would make its counters wrong; the others go on.";
        return $"{deltasTopic}[{shard}] at offset {offset}: {Describe(block)} {consequence} {Remedy(shard, block)}";
    }

    /// <summary>The committed offset of a shard is not the one of its progress record (M1).</summary>
    public string OffsetMismatch(int shard, long? committed, long progress) =>
        $"{deltasTopic}[{shard}]: the committed offset is {(committed is long known ? known : "gone")}, but the progress record says {progress}. "
        + $"The offset was changed from outside, or forgotten by the brokers. {NothingChanged} The progress record is right, because it is one "
        + $"with the state. To set the offset to it, with all workers stopped: {repair.RestoreOffset("merge", shard)}.";

    private string Remedy(int shard, ApplyResult block) => block.Outcome switch
    {
        ApplyOutcome.Gap or ApplyOutcome.Overlap or ApplyOutcome.UnknownPartition =>
            $"To count the missing records after all, while they are in the source topic: {repair.ReadAgain(shard, block.Partition)}. "
            + $"To give them up: {repair.AcceptGap(shard, block.Partition)}. The shard goes on by itself then.",
        ApplyOutcome.MissingPart =>
            $"To give up the rest of its range: {repair.AcceptGap(shard, block.Partition)}. The shard goes on by itself then.",
        ApplyOutcome.OtherTopicId =>
            $"To go on with the new topic, with all workers stopped: {repair.AcceptTopic()}.",
        ApplyOutcome.UnknownFormat => "Run the release that wrote it, or a later one.",
        _ => $"To leave the record out and count what it covered again: {repair.ReadRecordAgain(shard)}. The shard goes on by itself then.",
    };

    private static string Describe(ApplyResult block)
    {
        if (block.Outcome == ApplyOutcome.NoBatch)
        {
            return "the record is no delta batch: it is damaged, or somebody else wrote it.";
        }

        string expected = block.ExpectedOffset < 0 ? "none" : $"{block.ExpectedOffset}";
        string range = $"the block of source partition {block.Partition} covers the offsets {block.FromOffset} to {block.ToOffset}";
        return block.Outcome switch
        {
            ApplyOutcome.Gap => $"{range}, but {expected} is the next one expected: what is between is missing.",
            ApplyOutcome.Overlap => $"{range}, but those before {expected} are counted already.",
            ApplyOutcome.MissingPart =>
                $"{range} and is part {block.Part}, but part {block.ExpectedPart} of the range at {expected} is expected: a part is missing.",
            ApplyOutcome.OtherTopicId => $"{range} of another topic of the same name: the source topic was deleted and made anew.",
            ApplyOutcome.UnknownPartition => $"{range}, but this partition is new and its first block is missing.",
            ApplyOutcome.ForeignFingerprint => $"{range} and was made under other rules.",
            ApplyOutcome.UnknownFormat => $"{range} in a format that this release does not know.",
            ApplyOutcome.Malformed => $"{range} and is damaged: it contradicts itself.",
            _ => $"{range} and is refused ({block.Outcome}).",
        };
    }
}
