namespace StreamSpanMetrics.Core.Series;

/// <summary>
/// The series that a <see cref="SeriesTable"/> knew at one moment. Any thread may read it while the table goes on on its own: arrays of
/// the table only grow at their ends or are replaced, what is in them is never written again.
/// </summary>
public readonly struct FrozenSeries
{
    private readonly byte[] keys;
    private readonly KeySlice[] slices;
    private readonly int[] groups;

    internal FrozenSeries(byte[] keys, KeySlice[] slices, int[] groups)
    {
        this.keys = keys;
        this.slices = slices;
        this.groups = groups;
    }

    /// <summary>The rendered key of a series that was known. Valid for ever.</summary>
    public ReadOnlySpan<byte> RenderedKey(int number) => keys.AsSpan(slices[number].Start, slices[number].Length);

    /// <summary>Place of the series' resource group.</summary>
    public int GroupIndex(int number) => groups[number];
}
