namespace StreamSpanMetrics.Core.Totals;

/// <summary>The closing of one step of a shard: first its entries are merged, then it is emitted by the caller, then it ends.</summary>
internal sealed class StepClosing
{
    private readonly ShardTotals totals;
    private readonly OpenSteps openSteps;
    private OpenStep? merging;
    private StepDue? collecting;
    private bool isCollected;
    private bool isEnding;

    public StepClosing(ShardTotals totals, OpenSteps openSteps)
    {
        this.totals = totals;
        this.openSteps = openSteps;
    }

    /// <summary>The step between <see cref="Begin"/> and its end.</summary>
    public long? Step { get; private set; }

    /// <summary>Begins with a step, which need not have any entry.</summary>
    /// <param name="step">The step.</param>
    /// <param name="isEmitted">Whether its records are made between merging and ending.</param>
    public void Begin(long step, bool isEmitted)
    {
        Step = step;
        collecting = isEmitted ? totals.Due : null;
        isCollected = false;
        merging = openSteps.Take(step);
        if (merging is not null)
        {
            totals.Merge.Begin(merging, step, isEmitted);
        }
    }

    /// <summary>Merges; true when the step can be emitted.</summary>
    public bool ContinueMerging(ref int work)
    {
        if (Step is null || isEnding)
        {
            throw new InvalidOperationException("No step is closing.");
        }

        if (merging is not null)
        {
            if (!totals.Merge.Continue(ref work))
            {
                return false;
            }

            openSteps.GiveBack(merging);
            merging = null;
        }

        if (collecting is not null && !isCollected)
        {
            isCollected = true;
            collecting.Begin(Step.Value);
        }

        return collecting is null || collecting.Continue(ref work);
    }

    /// <summary>Ends the step after its emission; true when it has ended.</summary>
    public bool ContinueEnding(ref int work)
    {
        if (Step is not long step || merging is not null)
        {
            throw new InvalidOperationException("No step is closed and unfinished.");
        }

        if (!isEnding)
        {
            isEnding = true;
            totals.End.Begin(step, isCollected);
        }

        if (!totals.End.Continue(ref work))
        {
            return false;
        }

        totals.Ended(step);
        Step = null;
        isEnding = false;
        return true;
    }
}
