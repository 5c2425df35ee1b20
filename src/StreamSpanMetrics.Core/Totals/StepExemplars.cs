using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>
/// Exemplars of a shard: how many a point may have, and those of the step that is closing. They belong to their step alone: nothing of them
/// is in totals or snapshots, a restore finds those of open steps in the deltas that it applies again.
/// </summary>
/// <remarks>
/// The limit may change between two starts, but not between two records of one step: the records of a step are counted (M5), and exemplars
/// have a part in where they are split. So progress tells how many a step had that is written in part, and it is written to its end so.
/// </remarks>
internal sealed class StepExemplars
{
    private readonly int max;
    private int partlyEmittedMax;
    private long? partlyEmittedStep;

    /// <summary>Without any exemplar; at most <paramref name="max"/> a point from now on.</summary>
    public StepExemplars(int max)
    {
        this.max = max;
        Closing = NewSets();
    }

    /// <summary>Exemplars of the closing step by slot of its series; null if nobody wants any.</summary>
    public ExemplarSets? Closing { get; private set; }

    /// <summary>Empty sets for a step; null if nobody wants any.</summary>
    public ExemplarSets? NewSets()
    {
        int most = Math.Max(max, partlyEmittedMax);
        return most > 0 ? new ExemplarSets(most) : null;
    }

    /// <summary>Most exemplars of a point of a step.</summary>
    public int MaxOf(long step) => step == partlyEmittedStep ? partlyEmittedMax : max;

    /// <summary>Says what a restored shard's progress was, before anything is applied again.</summary>
    public void BeginReplay(ProgressRecord progress)
    {
        if (progress.EmittedRecords > 0)
        {
            partlyEmittedStep = progress.EmittingStep;
            partlyEmittedMax = (int)Math.Min(progress.EmittingExemplars, int.MaxValue);
            Closing = NewSets();
        }
    }
}
