using StreamSpanMetrics.Core.Points;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Stages;

/// <summary>
/// One shard in the hands of a merge loop: its state, and what is computed but not yet written. Polling thread only.
/// </summary>
internal sealed class MergeShard
{
    private readonly MergeOptions options;
    private readonly PointEncoder encoder;
    private readonly Func<MergeShard, bool> commitMidStep;
    private readonly Dictionary<uint, long> lastMoved = [];
    private readonly TimeProvider time;
    private int closedSteps;
    private long givenUpOffsets;
    private long foldedEntriesTaken;

    public MergeShard(
        int number, MergeOptions options, ShardState state, SnapshotWriter snapshots, ulong sequence, PointEncoder encoder,
        Func<MergeShard, bool> commitMidStep, TimeProvider time)
    {
        Number = number;
        this.options = options;
        State = state;
        Snapshots = snapshots;
        Sequence = sequence;
        this.encoder = encoder;
        this.commitMidStep = commitMidStep;
        this.time = time;
        Pending = new PendingPoints();
        // What a replay folded was told by whoever folded it first.
        foldedEntriesTaken = state.FoldedEntries;
        LastCommit = time.GetTimestamp();
    }

    /// <summary>Number of the shard.</summary>
    public int Number { get; }

    /// <summary>Its totals and clocks.</summary>
    public ShardState State { get; }

    /// <summary>Writer of its snapshots.</summary>
    public SnapshotWriter Snapshots { get; }

    /// <summary>Last sequence number given to a point record.</summary>
    public ulong Sequence { get; private set; }

    /// <summary>Records of the closing step that are in <see cref="Pending"/> or written before; 0 while no step is closing.</summary>
    public uint EmittedRecords { get; private set; }

    /// <summary>What the next transaction writes.</summary>
    public PendingPoints Pending { get; }

    /// <summary>Timestamp of its last transaction, or of its restore: a shard without points has to write progress beside busy ones, too.</summary>
    public long LastCommit { get; set; }

    /// <summary>Why the shard stopped; null while it goes on (M2).</summary>
    public string? StopReason { get; set; }

    /// <summary>Timestamp of the newest record applied; 0 before the first. Only told, never computed with.</summary>
    public long NewestMillis { get; set; }

    /// <summary>Steps closed since the last call.</summary>
    public int TakeClosedSteps()
    {
        int taken = closedSteps;
        closedSteps = 0;
        return taken;
    }

    /// <summary>Source offsets given up by repairs since the last call.</summary>
    public long TakeGivenUpOffsets()
    {
        long taken = givenUpOffsets;
        givenUpOffsets = 0;
        return taken;
    }

    /// <summary>Entries folded into later steps since the last call.</summary>
    public long TakeFoldedEntries()
    {
        long taken = State.FoldedEntries - foldedEntriesTaken;
        foldedEntriesTaken = State.FoldedEntries;
        return taken;
    }

    /// <summary>
    /// Applies a batch and computes the records of all steps that close. False if a transaction within a large step did not succeed:
    /// the shard is void then and has to be restored. Null is a record that is no batch.
    /// </summary>
    public bool Apply(DeltaBatch? batch, long offset)
    {
        // A shard restored in the middle of a forced close has steps to close before anything else is applied (T5).
        if (!CloseSteps())
        {
            return false;
        }

        if (batch is null && !State.Repairs.Skips(offset))
        {
            StopReason = options.Problems.Refused(Number, offset, ApplyResult.NoBatch);
            return true;
        }

        foreach (DeltaBlock block in batch?.Blocks ?? [])
        {
            NoteMovement(block);
            ApplyResult result = State.Apply(block, offset);
            givenUpOffsets += result.GivenUpOffsets;
            if (result.IsRefusal)
            {
                StopReason = options.Problems.Refused(Number, offset, result);
                return true;
            }

            if (!CloseSteps())
            {
                return false;
            }
        }

        State.CompleteRecord(offset);
        Pending.HasProgress = true;
        return true;
    }

    /// <summary>Closes and computes all steps that can close. Returns as <see cref="Apply"/>.</summary>
    public bool CloseSteps()
    {
        while (State.NextClosableStep is long step)
        {
            State.Close(step);
            uint written = State.EmittedRecords(step);
            if (!Emit(new StepRecords(State, encoder, written), written))
            {
                return false;
            }

            State.Finish();
            closedSteps++;
            EmittedRecords = 0;
            Pending.HasProgress = true;
        }

        return true;
    }

    /// <summary>
    /// The step to be closed by the clock because source partitions stand still (T4), and one of them; null if none. Never beyond
    /// what the others have passed, and never if all stand still.
    /// </summary>
    public (long Step, uint Partition)? StuckStep()
    {
        uint? stuck = null;
        long moving = long.MaxValue;
        for (uint partition = 0; partition < State.Sources.Length; partition++)
        {
            if (!lastMoved.TryGetValue(partition, out long moved))
            {
                // Watched from now on.
                moved = time.GetTimestamp();
                lastMoved[partition] = moved;
            }

            if (time.GetElapsedTime(moved) > options.BoundedAfter)
            {
                stuck ??= partition;
            }
            else
            {
                moving = Math.Min(moving, State.Sources[(int)partition].ClockUnixMillis);
            }
        }

        if (moving is long.MaxValue or SourceState.NoClock)
        {
            return null;
        }

        long step = State.Rules.StepOf(moving) - 1;
        return stuck is uint one && step > State.ClosedStep ? (step, one) : null;
    }

    private bool Emit(StepRecords records, uint written)
    {
        uint number = written;
        bool more = records.MoveNext();
        while (more)
        {
            byte[] key = records.Key.ToArray();
            byte[] value = records.Value.ToArray();
            number = records.Number;
            more = records.MoveNext();
            Pending.Add(new OutgoingRecord(options.MetricsTopic, Number, key, value, PointHeaders.Make(++Sequence, !more)));
            EmittedRecords = number;
            // Also behind a step's last record: many small steps that close at once are as large as one (M5).
            if (Pending.Bytes >= options.MaxTransactionBytes && !commitMidStep(this))
            {
                return false;
            }
        }

        return true;
    }

    private void NoteMovement(DeltaBlock block)
    {
        int partition = (int)block.SourcePartition;
        bool known = partition < State.Sources.Length;
        if (!known || block.ToOffset > block.FromOffset || block.WatermarkUnixMillis > State.Sources[partition].ClockUnixMillis)
        {
            lastMoved[block.SourcePartition] = time.GetTimestamp();
        }
    }
}
