using StreamSpanMetrics.Core.Points;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Stages;

/// <summary>
/// One shard in the hands of a merge loop: its state, what is read and not yet applied, and what is computed and not yet written. All
/// its work is done in slices between polls. Polling thread only.
/// </summary>
internal sealed class MergeShard
{
    // A record of so many bytes takes about as long to make as a series takes to merge.
    private const int BytesPerWork = 256;

    private readonly MergeOptions options;
    private readonly TimeProvider time;
    private readonly Queue<(DeltaBatch? Batch, long Offset)> unread = [];
    private readonly StuckSources stuck;
    private StepEmission? emission;
    private bool isEmitted;
    private long closingSince;
    private int blockAt;
    private long foldedEntriesTaken;
    private long givenUpOffsets;

    public MergeShard(
        int number, MergeOptions options, ShardState state, SnapshotWriter snapshots, ulong sequence, TimeProvider time)
    {
        Number = number;
        this.options = options;
        State = state;
        Snapshots = snapshots;
        Sequence = sequence;
        this.time = time;
        Pending = new PendingPoints();
        stuck = new StuckSources(options.BoundedAfter, time);
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

    /// <summary>
    /// When its last transaction was made, or its restore ended: a shard without points has to write progress beside busy ones, too.
    /// </summary>
    public long LastCommit { get; set; }

    /// <summary>Why the shard stopped; null while it goes on (M2).</summary>
    public string? StopReason { get; set; }

    /// <summary>Timestamp of the newest record applied; 0 before the first. Only told, never computed with.</summary>
    public long NewestMillis { get; set; }

    /// <summary>Whether its partition is paused because a record was read while another one waits.</summary>
    public bool IsHeldBack { get; set; }

    /// <summary>Whether records are read and not yet applied, or steps not yet closed.</summary>
    public bool HasWork => StopReason is null && (unread.Count > 0 || State.ClosingStep is not null || State.NextClosableStep is not null);

    /// <summary>Whether a record that was read waits behind another one: the partition should not be read on.</summary>
    public bool HasBacklog => unread.Count > 1;

    /// <summary>Whether its records fill a transaction, so that no more are made before that is written (M5).</summary>
    public bool IsFull => Pending.Bytes >= options.MaxTransactionBytes;

    /// <summary>Takes a record of the deltas topic in, to be applied in its turn; null is one that is no batch.</summary>
    public void Take(DeltaBatch? batch, long offset) => unread.Enqueue((batch, offset));

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
    /// Applies the next block of what was read. No step may be closable: closing after every block is what makes folding a function of
    /// the log (T4).
    /// </summary>
    public void ApplyBlock(Slice slice)
    {
        (DeltaBatch? batch, long offset) = unread.Peek();
        if (batch is null && !State.Repairs.Skips(offset))
        {
            StopReason = options.Problems.Refused(Number, offset, ApplyResult.NoBatch);
            return;
        }

        if (batch is not null && blockAt < batch.Blocks.Count)
        {
            DeltaBlock block = batch.Blocks[blockAt++];
            stuck.Note(block, State);
            int entries = 1;
            foreach (DeltaStep step in block.Steps)
            {
                foreach (DeltaResource resource in step.Resources)
                {
                    entries += resource.Series?.Counts.Count ?? 0;
                }
            }

            ApplyResult result = State.Apply(block, offset);
            givenUpOffsets += result.GivenUpOffsets;
            slice.Spend(entries);
            if (result.IsRefusal)
            {
                StopReason = options.Problems.Refused(Number, offset, result);
                return;
            }
        }

        // The record is complete when the steps behind its last block are closed, too.
        if (blockAt == (batch?.Blocks.Count ?? 0) && State.NextClosableStep is null)
        {
            CompleteRecord();
        }
    }

    /// <summary>
    /// Goes on closing the step that is closing, or begins with the next closable one; makes its records. False while the slice is over or
    /// the records that wait fill a transaction.
    /// </summary>
    /// <param name="slice">The slice.</param>
    /// <param name="encoder">The loop's encoder, which is this shard's until the step is finished.</param>
    /// <param name="tookTime">Time from the beginning, when the step is finished.</param>
    public bool CloseStep(Slice slice, PointEncoder encoder, out TimeSpan tookTime)
    {
        tookTime = default;
        if (State.ClosingStep is null)
        {
            State.BeginClose(State.NextClosableStep ?? throw new InvalidOperationException("No step can be closed."));
            closingSince = time.GetTimestamp();
            emission = null;
            isEmitted = false;
        }

        if (!isEmitted && !Emit(slice, encoder))
        {
            return false;
        }

        while (!slice.IsOver)
        {
            int portion = slice.NextPortion;
            int work = portion;
            bool finished = State.ContinueFinish(ref work);
            slice.Spend(portion - work);
            if (finished)
            {
                EmittedRecords = 0;
                Pending.HasProgress = true;
                tookTime = time.GetElapsedTime(closingSince);
                return true;
            }
        }

        return false;
    }

    /// <summary>Goes on with the piece of the state that a transaction waits for; true when none is to be waited for.</summary>
    public bool ContinueChunk(Slice slice)
    {
        if (!Snapshots.TryBeginChunk())
        {
            return true;
        }

        while (!slice.IsOver)
        {
            int portion = slice.NextPortion;
            int work = portion;
            bool built = Snapshots.ContinueChunk(ref work);
            slice.Spend(portion - work);
            if (built)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// The step to be closed by the clock because source partitions stand still (T4), and one of them; null if none. Never beyond
    /// what the others have passed, and never if all stand still.
    /// </summary>
    public (long Step, uint Partition)? StuckStep() => stuck.Find(State);

    /// <summary>The transaction of all that is pending, with the piece of the state if <paramref name="withChunk"/>.</summary>
    public MergeTransaction MakeTransaction(bool withChunk)
    {
        long bytes = Pending.Bytes;
        int points = Pending.Count;
        List<OutgoingRecord> records = Pending.Take();
        List<StateRecord> state = [];
        if (withChunk && Snapshots.IsBuilding)
        {
            Snapshots.TakeChunk(state);
        }
        else
        {
            Snapshots.AbandonChunk();
        }

        foreach (StateRecord chunk in state)
        {
            records.Add(new OutgoingRecord(options.StateTopic, Number, chunk.Key, chunk.Value));
        }

        ProgressRecord progress = ProgressBuilder.Build(State, Snapshots, EmittedRecords, Sequence);
        StateRecord record = ProgressBuilder.Record(Number, progress);
        records.Add(new OutgoingRecord(options.StateTopic, Number, record.Key, record.Value));
        LastCommit = time.GetTimestamp();
        return new MergeTransaction(this, records, points, bytes, progress.DeltasOffset);
    }

    private bool Emit(Slice slice, PointEncoder encoder)
    {
        while (emission is null)
        {
            if (slice.IsOver)
            {
                return false;
            }

            int portion = slice.NextPortion;
            int work = portion;
            emission = State.ContinueClose(ref work) ? new StepEmission(State, encoder) : null;
            slice.Spend(portion - work);
        }

        while (!slice.IsOver && !IsFull)
        {
            bool more = emission.MakeNext(out byte[]? key, out byte[]? value, out uint number);
            if (key is not null)
            {
                Pending.Add(new OutgoingRecord(options.MetricsTopic, Number, key, value, PointHeaders.Make(++Sequence, !more)));
                Pending.HasProgress = true;
                EmittedRecords = number;
                slice.Spend(value!.Length / BytesPerWork);
            }

            if (!more)
            {
                emission = null;
                isEmitted = true;
                return true;
            }
        }

        return false;
    }

    private void CompleteRecord()
    {
        State.CompleteRecord(unread.Dequeue().Offset);
        blockAt = 0;
        Pending.HasProgress = true;
    }
}
