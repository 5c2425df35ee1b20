using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Histograms;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>The steps of a shard that are not closed yet, and the memory that goes from one to the next.</summary>
internal sealed class OpenSteps
{
    private const int MaxSpareStores = 2;

    private readonly HistogramShape shape;
    private readonly int[] dimensionCounts;
    private readonly StepExemplars exemplars;
    private readonly SortedList<long, OpenStep> steps = [];

    // A step takes about the room that the one before it took.
    private readonly Stack<SeriesStore> spareStores = [];
    private readonly Stack<ExemplarSets> spareExemplars = [];

    public OpenSteps(HistogramShape shape, int[] dimensionCounts, StepExemplars exemplars)
    {
        this.exemplars = exemplars;
        this.shape = shape;
        this.dimensionCounts = dimensionCounts;
    }

    /// <summary>The first open step; <see cref="long.MaxValue"/> if none has an entry.</summary>
    public long First => steps.Count == 0 ? long.MaxValue : steps.GetKeyAtIndex(0);

    /// <summary>The step with this number; null if it has no entry.</summary>
    public OpenStep? Find(long step) => steps.GetValueOrDefault(step);

    /// <summary>Opens a step that is not open.</summary>
    public OpenStep Add(long step, ReplayPoint origin)
    {
        SeriesStore store = spareStores.TryPop(out SeriesStore? spare) ? spare : new SeriesStore(shape, dimensionCounts);
        OpenStep open = new(store, spareExemplars.TryPop(out ExemplarSets? sets) ? sets : exemplars.NewSets(), origin);
        steps.Add(step, open);
        return open;
    }

    /// <summary>Takes a step out; null if it has no entry.</summary>
    public OpenStep? Take(long step) => steps.Remove(step, out OpenStep? open) ? open : null;

    /// <summary>Gives back the store of a step that was taken out and is no longer needed.</summary>
    public void GiveBack(OpenStep taken)
    {
        // With more steps open than usual the rest is left to the garbage collector.
        if (spareStores.Count < MaxSpareStores)
        {
            taken.Series.Clear();
            spareStores.Push(taken.Series);
            if (taken.Exemplars is not null)
            {
                taken.Exemplars.Clear();
                spareExemplars.Push(taken.Exemplars);
            }
        }
    }

    /// <summary>The first place that a replay has to begin at to meet all entries; null if there are none.</summary>
    public ReplayPoint? OldestOrigin()
    {
        ReplayPoint? oldest = null;
        foreach (OpenStep step in steps.Values)
        {
            if (oldest is null || step.Origin.DeltasOffset < oldest.DeltasOffset)
            {
                oldest = step.Origin;
            }
        }

        return oldest;
    }
}
