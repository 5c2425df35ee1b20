namespace StreamSpanMetrics.Core.Deltas;

/// <summary>The durations of each entry of an accumulator.</summary>
/// <param name="Nanos">Durations in the order of their entries.</param>
/// <param name="Weights">How often each of them counts; empty where all count once.</param>
/// <param name="Ends">By entry the place behind its last duration.</param>
internal sealed record DurationsByEntry(ulong[] Nanos, uint[] Weights, int[] Ends)
{
    /// <summary>The durations of an entry, in no order.</summary>
    public ReadOnlySpan<ulong> Of(int entry) => Nanos.AsSpan(Start(entry), Ends[entry] - Start(entry));

    /// <summary>The weights of these durations; empty where all count once.</summary>
    public ReadOnlySpan<uint> WeightsOf(int entry) =>
        Weights.Length == 0 ? [] : Weights.AsSpan(Start(entry), Ends[entry] - Start(entry));

    private int Start(int entry) => entry == 0 ? 0 : Ends[entry - 1];
}
