using Google.Protobuf;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>
/// Everything that merge knows of one shard: source positions and clocks, open steps, totals and the closed step. A pure value
/// machine: what it holds is a function of the blocks applied, the steps closed and the forced closes, in this order.
/// </summary>
/// <remarks>
/// Single-threaded. The order of calls is: <see cref="Apply"/> a block; while <see cref="NextClosableStep"/> names a step,
/// <see cref="Close"/> it, emit its records and <see cref="Finish"/> it; then the next block; after the last block of a record
/// <see cref="CompleteRecord"/>. Close and Finish can be done some series at a time, so that a caller may look elsewhere in between
/// (<see cref="BeginClose"/>, <see cref="ContinueClose"/>, <see cref="ContinueFinish"/>); nothing else may happen to the shard then.
/// Closing after every block is what makes folding (T4) a function of the log, so another order is a programming error and throws.
/// </remarks>
public sealed class ShardState
{
    /// <summary>Closed step of a shard that has closed none.</summary>
    public const long NoStep = long.MinValue;

    private readonly SourceLedger ledger;
    private readonly int[] dimensionCounts;
    private readonly ColumnsOpener columns;
    private readonly OpenSteps openSteps;
    private readonly StepClosing closing;
    private readonly List<ForcedClose> forcedCloses = [];
    private SourceState[] recordStartSources = [];
    private long recordStartClosedStep = NoStep;
    private bool inRecord;
    private long forcedThroughStep = NoStep;

    /// <summary>A shard at its very beginning (S1).</summary>
    /// <param name="rules">The rules.</param>
    /// <param name="startOffsets">Start offset by source partition, from the control record.</param>
    /// <param name="topicId">Id of the source topic, from the control record.</param>
    public ShardState(ShardRules rules, IReadOnlyList<long> startOffsets, ByteString topicId)
        : this(rules, topicId, new ReplayPoint(0, NoStep, SourceLedger.AtStart(startOffsets, topicId, SourceState.NoClock)), new RepairBook()) =>
        Totals.Limits.Change(NoStep, rules.Limits);

    internal ShardState(ShardRules rules, ByteString topicId, ReplayPoint start, RepairBook repairs)
    {
        Rules = rules;
        Repairs = repairs;
        dimensionCounts = rules.DimensionCounts();
        columns = new ColumnsOpener(rules.Histogram, dimensionCounts);
        ledger = new SourceLedger(rules.RulesFingerprint, topicId, [.. start.Sources]);
        Totals = new ShardTotals(rules, dimensionCounts);
        openSteps = new OpenSteps(rules.Histogram, dimensionCounts, Totals.Exemplars);
        closing = new StepClosing(Totals, openSteps);
        DeltasOffset = start.DeltasOffset;
        ClosedStep = start.ClosedStep;
    }

    /// <summary>The rules of this state.</summary>
    public ShardRules Rules { get; }

    /// <summary>Last step that was closed and finished; <see cref="NoStep"/> before the first.</summary>
    public long ClosedStep { get; private set; }

    /// <summary>The step between <see cref="Close"/> and <see cref="Finish"/>.</summary>
    public long? ClosingStep => closing.Step;

    /// <summary>First record of the deltas topic that is not completely applied.</summary>
    public long DeltasOffset { get; private set; }

    /// <summary>Positions and clocks by source partition.</summary>
    public ReadOnlySpan<SourceState> Sources => ledger.Sources;

    /// <summary>Resources in the order of their records.</summary>
    public IReadOnlyList<ResourceTotals> Resources => Totals.Resources;

    /// <summary>Series alive.</summary>
    public int ActiveSeries => Totals.Series.Count;

    /// <summary>Series that expired since this state was built.</summary>
    public long ExpiredSeries => Totals.ExpiredSeries;

    /// <summary>Series entries for a closed step that went into the oldest open one (T4).</summary>
    public long FoldedEntries { get; private set; }

    /// <summary>Blocks skipped because their range was applied before (M2).</summary>
    public long SkippedBlocks { get; private set; }

    /// <summary>What was decided about places where the shard could not go on (M2).</summary>
    public RepairBook Repairs { get; }

    /// <summary>Forced closes since the replay offset of the complete snapshot set (T5).</summary>
    public IReadOnlyList<ForcedClose> ForcedCloses => forcedCloses;

    /// <summary>
    /// Last step whose points were written before this state was restored. Steps up to it are closed again while blocks are
    /// applied again, without becoming closable for the caller.
    /// </summary>
    public long EmittedThroughStep { get; internal set; } = NoStep;

    /// <summary>The step in whose emission the state was restored, if any.</summary>
    public long? PartlyEmittedStep { get; internal set; }

    /// <summary>How many records of <see cref="PartlyEmittedStep"/> are written.</summary>
    public uint PartlyEmittedRecords { get; internal set; }

    /// <summary>Whether a snapshot chunk may be written now: not during an emission, nor before a restored state has caught up.</summary>
    public bool CanSnapshot => ClosingStep is null && !Totals.IsAheadOfReplay;

    /// <summary>
    /// The next step that all watermarks have passed, or that was forced (T4, T5); null if there is none. Steps with nothing due are jumped
    /// over (T6).
    /// </summary>
    public long? NextClosableStep
    {
        get
        {
            if (ClosingStep is not null)
            {
                return null;
            }

            long target = Target();
            if (ClosedStep >= target)
            {
                return null;
            }

            long next = Totals.NextStep(ClosedStep, openSteps.First);
            return next <= target ? next : null;
        }
    }

    /// <summary>Live series by name of their service; counted as they come and go.</summary>
    public IReadOnlyDictionary<string, long> SeriesByService => Totals.SeriesByService;

    internal ShardTotals Totals { get; }

    /// <summary>How many records of a step are written already: none, unless the state was restored in its emission.</summary>
    public uint EmittedRecords(long step) => step == PartlyEmittedStep ? PartlyEmittedRecords : 0;

    /// <summary>
    /// Applies a block, or says why not (M2). A refusal changes nothing, but where a repair leads on to the block it is applied first, and
    /// belongs to the block: a replay does the same.
    /// </summary>
    /// <param name="block">The block; not kept.</param>
    /// <param name="deltasOffset">Offset of the record that holds it, never smaller than that of an earlier block.</param>
    /// <exception cref="InvalidOperationException">A step is closing or can be closed.</exception>
    public ApplyResult Apply(DeltaBlock block, long deltasOffset)
    {
        if (ClosingStep is not null || NextClosableStep is not null)
        {
            throw new InvalidOperationException("All closable steps have to be closed and finished before the next block.");
        }

        BeginRecord(deltasOffset);
        long givenUp = 0;
        ApplyOutcome outcome = Repairs.Skips(deltasOffset) ? ApplyOutcome.Skipped : Judge(block);
        while (Repairs.Find(outcome, block.SourcePartition, ledger.Position(block.SourcePartition)) is SourceRepair repair)
        {
            givenUp += ApplyRepair(repair);
            outcome = Judge(block);
        }

        SourceState position = ledger.Position(block.SourcePartition);
        if (outcome == ApplyOutcome.Applied)
        {
            AddEntries(block, position);
            ledger.Advance(block);
            JumpOverNothing();
            CloseSilently(EmittedThroughStep);
        }
        else if (outcome == ApplyOutcome.Skipped)
        {
            SkippedBlocks++;
        }

        return new ApplyResult(outcome, block.SourcePartition, position.ExpectedOffset, position.ExpectedPart,
            block.FromOffset, block.ToOffset, block.Part) { GivenUpOffsets = givenUp };
    }

    /// <summary>Says that all blocks of a record are applied, also of one without blocks.</summary>
    /// <param name="deltasOffset">Offset of the record.</param>
    public void CompleteRecord(long deltasOffset)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(deltasOffset, DeltasOffset);
        inRecord = false;
        DeltasOffset = deltasOffset + 1;
    }

    /// <summary>
    /// Closes all steps up to <paramref name="step"/> by decision of the caller's clock (T5); they become closable at once. The
    /// decision is kept in <see cref="ForcedCloses"/> with the offset of the next record, before which a replay applies it.
    /// </summary>
    /// <exception cref="InvalidOperationException">A record is partly applied, or a step is closing.</exception>
    public void ForceClose(long step)
    {
        if (inRecord || ClosingStep is not null)
        {
            throw new InvalidOperationException("A step can be forced between records only, while none is closing.");
        }

        if (step > Target() && step > ClosedStep)
        {
            forcedCloses.Add(new ForcedClose { DeltasOffset = DeltasOffset, Step = step });
            Force(step);
        }
    }

    /// <summary>Closes the step that <see cref="NextClosableStep"/> names: expiry, admission of new keys, addition (M3).</summary>
    public void Close(long step)
    {
        BeginClose(step);
        for (int work = int.MaxValue; !ContinueClose(ref work); work = int.MaxValue)
        {
        }
    }

    /// <summary>Ends the closing step after its emission: expired series leave, and it becomes the closed step.</summary>
    public void Finish()
    {
        for (int work = int.MaxValue; !ContinueFinish(ref work); work = int.MaxValue)
        {
        }
    }

    /// <summary>As <see cref="Close"/>, but only begins: <see cref="ContinueClose"/> does the work, some of it at a time.</summary>
    public void BeginClose(long step)
    {
        if (step != NextClosableStep)
        {
            throw new InvalidOperationException("Only the next closable step can be closed.");
        }

        closing.Begin(step, isEmitted: true);
    }

    /// <summary>Goes on closing. Where the work is cut changes nothing in what comes out.</summary>
    /// <param name="work">How many series may still be handled, roughly; lowered by those that were.</param>
    /// <returns>Whether the step is closed and its records can be emitted.</returns>
    public bool ContinueClose(ref int work) => closing.ContinueMerging(ref work);

    /// <summary>As <see cref="Finish"/>, some of it at a time.</summary>
    /// <param name="work">How many series may still be handled, roughly; lowered by those that were.</param>
    /// <returns>Whether the step is finished.</returns>
    public bool ContinueFinish(ref int work)
    {
        long? step = ClosingStep;
        if (!closing.ContinueEnding(ref work))
        {
            return false;
        }

        ClosedStep = step!.Value;
        JumpOverNothing();
        return true;
    }

    internal void BeginReplay(long emittedThroughStep) => EmittedThroughStep = emittedThroughStep;

    internal void EndReplay(long deltasOffset)
    {
        inRecord = false;
        DeltasOffset = Math.Max(DeltasOffset, deltasOffset);
        JumpOverNothing();
        CloseSilently(EmittedThroughStep);
    }

    /// <summary>Applies a forced close from progress again.</summary>
    internal void Force(long step)
    {
        forcedThroughStep = Math.Max(forcedThroughStep, step);
        JumpOverNothing();
        CloseSilently(EmittedThroughStep);
    }

    internal void RememberForcedClose(ForcedClose forced) => forcedCloses.Add(forced);

    /// <summary>Drops forced closes that every later replay starts behind.</summary>
    internal void PruneForcedCloses(long replayOffset) => forcedCloses.RemoveAll(forced => forced.DeltasOffset < replayOffset);

    /// <summary>Closes steps without emission, at most up to a given one, jumping from one in which something changes to the next (T6).</summary>
    private void CloseSilently(long through)
    {
        long target = Math.Min(Target(), through);
        while (ClosedStep < target)
        {
            long next = Math.Min(openSteps.First, Totals.NextExpiryStep());
            if (next > target)
            {
                ClosedStep = target;
                Totals.JumpTo(target);
                return;
            }

            next = ClosedStep == NoStep ? next : Math.Max(next, ClosedStep + 1);
            CloseAtOnce(next);
        }
    }

    /// <summary>Where a replay has to start that restores what is open now.</summary>
    internal ReplayPoint ReplayStart() =>
        openSteps.OldestOrigin() ?? (inRecord ? RecordStart() : new ReplayPoint(DeltasOffset, ClosedStep, ledger.Sources));

    /// <summary>The sources right before the record at <see cref="DeltasOffset"/>.</summary>
    internal ReadOnlySpan<SourceState> SourcesAtDeltasOffset => inRecord ? recordStartSources : ledger.Sources;

    private ApplyOutcome Judge(DeltaBlock block)
    {
        ApplyOutcome outcome = ledger.Judge(block);
        return outcome == ApplyOutcome.Applied && !columns.IsWellFormed(block) ? ApplyOutcome.Malformed : outcome;
    }

    // All blocks of a repair at once: where a cut falls changes nothing (T1). Returns the source offsets that they leave out.
    private long ApplyRepair(SourceRepair repair)
    {
        foreach (DeltaBlock block in repair.Blocks)
        {
            if (Judge(block) == ApplyOutcome.Applied)
            {
                AddEntries(block, ledger.Position(block.SourcePartition));
                ledger.Advance(block);
            }
        }

        return ledger.Jump(repair);
    }

    // All at once: for a replay, beside which nobody waits.
    private void CloseAtOnce(long step)
    {
        closing.Begin(step, isEmitted: false);
        for (int work = int.MaxValue; !closing.ContinueMerging(ref work); work = int.MaxValue)
        {
        }

        for (int work = int.MaxValue; !closing.ContinueEnding(ref work); work = int.MaxValue)
        {
        }

        ClosedStep = step;
    }

    private void BeginRecord(long deltasOffset)
    {
        if (inRecord && deltasOffset == DeltasOffset)
        {
            return;
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(deltasOffset, DeltasOffset + (inRecord ? 1 : 0));
        inRecord = true;
        DeltasOffset = deltasOffset;
        recordStartClosedStep = ClosedStep;
        if (recordStartSources.Length != ledger.Sources.Length)
        {
            recordStartSources = new SourceState[ledger.Sources.Length];
        }

        ledger.Sources.CopyTo(recordStartSources);
    }

    private ReplayPoint RecordStart() => new(DeltasOffset, recordStartClosedStep, recordStartSources);

    private void AddEntries(DeltaBlock block, SourceState position)
    {
        // (T1) The clock over all earlier blocks lifts what a late clock stamped, wherever a cut falls.
        long lift = position.ClockUnixMillis == SourceState.NoClock ? NoStep : Rules.StepOf(position.ClockUnixMillis);
        foreach (DeltaStep step in block.Steps)
        {
            long number = Math.Max(step.Step, lift);
            bool folds = number <= ClosedStep;
            number = folds ? ClosedStep + 1 : number;
            OpenStep open = openSteps.Find(number) ?? openSteps.Add(number, RecordStart());
            int limit = Totals.Limits.At(number).Series;
            foreach (DeltaResource resource in step.Resources)
            {
                int added = open.Add(resource, columns.Open(resource), block.SourcePartition, limit);
                FoldedEntries += folds ? added : 0;
            }
        }
    }

    // The last step that may be closed: all watermarks have passed its end, or it was forced.
    private long Target()
    {
        long clock = ledger.MinClock();
        return Math.Max(clock == SourceState.NoClock ? NoStep : Rules.StepOf(clock) - 1, forcedThroughStep);
    }

    // (T6) With nothing due and nothing open below, closing has no effect but the number. A calendar is asked only when all is there again.
    private void JumpOverNothing()
    {
        long target = Target();
        bool isKnown = Totals.Calendar is null || ClosedStep >= EmittedThroughStep;
        if (ClosedStep < target && isKnown && Totals.NextStep(ClosedStep, openSteps.First) > target)
        {
            ClosedStep = target;
            Totals.JumpTo(target);
        }
    }
}
