namespace StreamSpanMetrics.Core.Totals;

/// <summary>The closing of one step of a shard: first its entries are merged, then it is emitted by the caller, then it ends.</summary>
internal sealed class StepClosing
{
    private readonly ShardTotals totals;
    private readonly OpenSteps openSteps;
    private OpenStep? merging;
    private bool isEnding;

    public StepClosing(ShardTotals totals, OpenSteps openSteps)
    {
        this.totals = totals;
        this.openSteps = openSteps;
    }

    /// <summary>The step between <see cref="Begin"/> and its end.</summary>
    public long? Step { get; private set; }

    /// <summary>Begins with a step, which need not have any entry.</summary>
    public void Begin(long step)
    {
        Step = step;
        merging = openSteps.Take(step);
        if (merging is not null)
        {
            totals.Merge.Begin(merging, step);
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

        return true;
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
            totals.End.Begin(step);
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
