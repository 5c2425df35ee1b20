using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>Opens the columns of blocks and chunks for reading, over one scratch buffer: one reader at a time.</summary>
internal sealed class ColumnsOpener
{
    private static readonly SeriesColumns Empty = new();

    private readonly HistogramShape shape;
    private readonly int[] dimensionCounts;
    private readonly bool hasOverflow;
    private byte[] scratch = [];

    /// <param name="shape">How the rules keep durations.</param>
    /// <param name="dimensionCounts">Dimensions by family, -1 where the rules have no such family.</param>
    /// <param name="hasOverflow">Whether there may be overflow series: in chunks only, a block with one is malformed.</param>
    public ColumnsOpener(HistogramShape shape, int[] dimensionCounts, bool hasOverflow = false)
    {
        this.shape = shape;
        this.dimensionCounts = dimensionCounts;
        this.hasOverflow = hasOverflow;
    }

    /// <summary>A reader over the series of a resource; valid until the next call.</summary>
    public SeriesColumnsReader Open(DeltaResource resource) => Open(resource.Series);

    /// <summary>A reader over columns; valid until the next call.</summary>
    public SeriesColumnsReader Open(SeriesColumns? columns)
    {
        columns ??= Empty;
        int needed = columns.Keys.Length;
        foreach (int dimensions in dimensionCounts)
        {
            needed += Math.Max(dimensions, 0);
        }

        if (scratch.Length < needed)
        {
            scratch = new byte[needed * 2];
        }

        return new SeriesColumnsReader(columns, shape, dimensionCounts, scratch) { HasOverflow = hasOverflow };
    }

    /// <summary>Whether all columns of a block can be read to their ends.</summary>
    public bool IsWellFormed(DeltaBlock block)
    {
        foreach (DeltaStep step in block.Steps)
        {
            foreach (DeltaResource resource in step.Resources)
            {
                if (!IsWellFormed(resource.Series) || !ExemplarColumnsReader.IsWellFormed(resource.Exemplars, resource.Series?.Counts.Count ?? 0))
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>Whether columns can be read to their ends.</summary>
    public bool IsWellFormed(SeriesColumns? columns)
    {
        SeriesColumnsReader entries = Open(columns);
        while (entries.MoveNext())
        {
            entries.CheckHistogram();
        }

        return !entries.IsMalformed;
    }
}
