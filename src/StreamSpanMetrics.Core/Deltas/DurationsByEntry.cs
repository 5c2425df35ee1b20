namespace StreamSpanMetrics.Core.Deltas;

/// <summary>The durations of each entry of an accumulator.</summary>
/// <param name="Nanos">Durations in the order of their entries.</param>
/// <param name="Ends">By entry the place behind its last duration.</param>
internal sealed record DurationsByEntry(ulong[] Nanos, int[] Ends)
{
    /// <summary>The durations of an entry, in no order.</summary>
    public ReadOnlySpan<ulong> Of(int entry)
    {
        int start = entry == 0 ? 0 : Ends[entry - 1];
        return Nanos.AsSpan(start, Ends[entry] - start);
    }
}
