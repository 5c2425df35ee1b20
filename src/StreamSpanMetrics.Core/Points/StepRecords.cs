using StreamSpanMetrics.Core.Totals;

namespace StreamSpanMetrics.Core.Points;

/// <summary>
/// The point records of a step, one after the other, so that the caller can cut a transaction between any two (M5): for each
/// resource, in key order, one record, or several if it does not fit into one. The same state gives the same records, so a
/// restored shard skips those that were written.
/// </summary>
/// <remarks>
/// Valid between <see cref="ShardState.Close"/> and <see cref="ShardState.Finish"/>. <see cref="Key"/> and <see cref="Value"/> view
/// the encoder's buffers and hold until the next <see cref="MoveNext"/>.
/// </remarks>
public sealed class StepRecords
{
    private const ulong NanosPerMilli = 1_000_000;

    private readonly ShardState state;
    private readonly PointEncoder encoder;
    private readonly long step;
    private readonly bool isTotals;
    private readonly bool hasOwnStarts;
    private readonly int maxExemplars;
    private readonly ulong startNanos;
    private readonly ulong endNanos;
    private readonly GapTotals? gaps;
    private readonly bool isDelta;
    private uint skip;
    private int resourceAt;
    private int slotAt;

    /// <summary>Records of the step that is closing.</summary>
    /// <param name="state">A state between Close and Finish.</param>
    /// <param name="encoder">The encoder to use; no other enumeration may use it meanwhile.</param>
    /// <param name="skip">How many records are written already.</param>
    public StepRecords(ShardState state, PointEncoder encoder, uint skip = 0)
    {
        this.state = state;
        this.encoder = encoder;
        this.skip = skip;
        step = state.ClosingStep ?? throw new InvalidOperationException("No step is closing.");
        endNanos = Nanos(step + 1);
        maxExemplars = state.Totals.Exemplars.MaxOf(step);
        gaps = state.Totals.Gaps;
        isDelta = state.Totals.Schedule.IsDelta;
    }

    /// <summary>
    /// Records of all totals at once, without zero points: for a computation without a stream. Exemplars are those of the step that is closing.
    /// </summary>
    /// <param name="state">A state with closed steps, or with one that is closing.</param>
    /// <param name="encoder">The encoder to use.</param>
    /// <param name="startUnixNanos">Start time of all points.</param>
    /// <param name="endUnixNanos">Time of all points.</param>
    public StepRecords(ShardState state, PointEncoder encoder, ulong startUnixNanos, ulong endUnixNanos)
    {
        this.state = state;
        this.encoder = encoder;
        isTotals = true;
        maxExemplars = state.ClosingStep is long closing ? state.Totals.Exemplars.MaxOf(closing) : 0;
        startNanos = startUnixNanos;
        endNanos = endUnixNanos;
    }

    /// <summary>Records of all totals at once, without zero points, each series with its own start time: what a shard holds.</summary>
    /// <param name="state">A state with closed steps.</param>
    /// <param name="encoder">The encoder to use.</param>
    /// <param name="endUnixNanos">Time of all points.</param>
    public StepRecords(ShardState state, PointEncoder encoder, ulong endUnixNanos)
        : this(state, encoder, 0, endUnixNanos) => hasOwnStarts = true;

    /// <summary>How many records of the step come before and with the current one.</summary>
    public uint Number { get; private set; }

    /// <summary>Key of the current record: the identity of the resource, the same for all its records.</summary>
    public ReadOnlySpan<byte> Key => encoder.Key;

    /// <summary>The current record: an <c>ExportMetricsServiceRequest</c>.</summary>
    public ReadOnlySpan<byte> Value => encoder.Record;

    /// <summary>Moves to the next record that is not skipped.</summary>
    public bool MoveNext()
    {
        while (Advance())
        {
            Number++;
            if (skip == 0)
            {
                return true;
            }

            skip--;
        }

        return false;
    }

    private bool Advance()
    {
        StepDue? due = isTotals ? null : state.Totals.Due;
        IReadOnlyList<ResourceTotals> resources = due?.Resources ?? state.Resources;
        while (resourceAt < resources.Count)
        {
            ResourceTotals resource = resources[resourceAt];
            List<int> slots = due is null || resource.IsWholeDue ? resource.SlotsInKeyOrder : resource.DueSlots;
            if (slotAt == slots.Count)
            {
                resourceAt++;
                slotAt = 0;
                continue;
            }

            if (slotAt == 0)
            {
                encoder.BeginResource(resource, WasEmitted(resource) ? resource.Job.PreviousDescriptive : null);
            }

            while (slotAt < slots.Count && encoder.TryAdd(state.Totals, slots[slotAt], Times(slots[slotAt]), gaps))
            {
                slotAt++;
            }

            encoder.EndRecord();
            return true;
        }

        return false;
    }

    // A resource born in this step has never been seen with the old attributes: there is nothing to end.
    private bool WasEmitted(ResourceTotals resource)
    {
        if (isTotals || isDelta || resource.Job.PreviousDescriptive is null)
        {
            return false;
        }

        foreach (int slot in resource.SlotsInKeyOrder)
        {
            if (state.Totals.Series.FirstStep(slot) < step)
            {
                return true;
            }
        }

        return false;
    }

    private PointTimes Times(int slot)
    {
        long firstStep = state.Totals.Series.FirstStep(slot);
        if (isTotals)
        {
            return new PointTimes(hasOwnStarts ? Nanos(firstStep) : startNanos, endNanos, false, false) { MaxExemplars = maxExemplars };
        }

        if (isDelta)
        {
            return WithExemplars(new PointTimes(Nanos(firstStep), endNanos, false, false));
        }

        bool isStale = state.Totals.IsExpired(slot, step);

        // (P-2) A stale marker comes 1 ms early, so that a series born anew in the next step does not share its timestamp.
        return WithExemplars(
            new PointTimes(Nanos(firstStep), isStale ? endNanos - NanosPerMilli : endNanos, firstStep == step, isStale, Nanos(step)));
    }

    private PointTimes WithExemplars(PointTimes times) => times with
    {
        MaxExemplars = maxExemplars,
        FirstExemplarNanos = Nanos(step),
        LastExemplarNanos = endNanos - 1,
    };

    private ulong Nanos(long atStep) => (ulong)(atStep * encoder.IntervalMillis) * NanosPerMilli;
}
