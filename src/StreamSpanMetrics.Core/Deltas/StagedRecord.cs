using StreamSpanMetrics.Core.Series;
using StreamSpanMetrics.Core.Spans;

namespace StreamSpanMetrics.Core.Deltas;

/// <summary>
/// What one record adds, before it is known to be wholly decodable and to which partition it belongs. Reused for every record; one
/// thread only.
/// </summary>
public sealed class StagedRecord
{
    private const int FirstExemplars = 64;

    private PendingKey[] timedKeys = new PendingKey[256];
    private int[] timedSeries = new int[256];
    private ulong[] durationsNanos = new ulong[256];
    private PendingKey[] countedKeys = new PendingKey[64];
    private int[] countedSeries = new int[64];
    private uint[] timedWeights = new uint[256];
    private uint[] countedWeights = new uint[64];
    private int[] resources = new int[16];
    private StagedExemplar[] exemplars = [];
    private int exemplarCount;

    /// <summary>Nothing staged yet, of spans that <paramref name="filter"/> may drop.</summary>
    public StagedRecord(SpanFilterRules filter) => Filtered = new FilterDrops(filter);

    /// <summary>Number of observations with a duration.</summary>
    public int TimedCount { get; private set; }

    /// <summary>Number of observations that only count.</summary>
    public int CountedCount { get; private set; }

    /// <summary>Number of resources with at least one counted span.</summary>
    public int ResourceCount { get; private set; }

    /// <summary>Spans counted.</summary>
    public int Spans { get; set; }

    /// <summary>Events counted.</summary>
    public int Events { get; set; }

    /// <summary>Spans dropped for lack of a service name.</summary>
    public int DroppedMissingServiceName { get; set; }

    /// <summary>Spans dropped by the filter.</summary>
    public FilterDrops Filtered { get; }

    /// <summary>Spans counted under <c>unknown_service</c>.</summary>
    public int UnknownService { get; set; }

    /// <summary>Spans that end before they start.</summary>
    public int EndBeforeStart { get; set; }

    /// <summary>
    /// Latest span end in the record, in nanoseconds since 1970, spans that the filter dropped included: it may be the record's time, which
    /// a filter does not change. 0 without spans.
    /// </summary>
    public ulong LatestEndNanos { get; set; }

    /// <summary>Earliest start of a span that counts, in nanoseconds since 1970; <see cref="ulong.MaxValue"/> without one.</summary>
    public ulong EarliestStartNanos { get; set; }

    /// <summary>Series of the observations with a duration.</summary>
    public ReadOnlySpan<int> TimedSeries => timedSeries.AsSpan(0, TimedCount);

    /// <summary>Their durations.</summary>
    public ReadOnlySpan<ulong> DurationsNanos => durationsNanos.AsSpan(0, TimedCount);

    /// <summary>Series of the observations that only count.</summary>
    public ReadOnlySpan<int> CountedSeries => countedSeries.AsSpan(0, CountedCount);

    /// <summary>Whether an observation counts for more than one; only then the weights hold.</summary>
    public bool IsWeighted { get; private set; }

    /// <summary>For how many spans each observation with a duration counts, where <see cref="IsWeighted"/>.</summary>
    public ReadOnlySpan<uint> TimedWeights => timedWeights.AsSpan(0, IsWeighted ? TimedCount : 0);

    /// <summary>The same of those that only count.</summary>
    public ReadOnlySpan<uint> CountedWeights => countedWeights.AsSpan(0, IsWeighted ? CountedCount : 0);

    /// <summary>By span its exemplar, in the order in which the spans were staged; empty where none are wanted.</summary>
    internal ReadOnlySpan<StagedExemplar> Exemplars => exemplars.AsSpan(0, exemplarCount);

    /// <summary>Indexes of the resources.</summary>
    public ReadOnlySpan<int> Resources => resources.AsSpan(0, ResourceCount);

    /// <summary>Stages nothing: for a record that is not even read.</summary>
    public void Discard() => Reset();

    /// <summary>Keys of the observations with a duration.</summary>
    internal Span<PendingKey> TimedKeys => timedKeys.AsSpan(0, TimedCount);

    /// <summary>Keys of the observations that only count.</summary>
    internal Span<PendingKey> CountedKeys => countedKeys.AsSpan(0, CountedCount);

    internal Span<int> MutableTimedSeries => timedSeries.AsSpan(0, TimedCount);

    internal Span<int> MutableCountedSeries => countedSeries.AsSpan(0, CountedCount);

    /// <summary>Forgets the previous record.</summary>
    internal void Reset()
    {
        TimedCount = 0;
        CountedCount = 0;
        IsWeighted = false;
        ResourceCount = 0;
        exemplarCount = 0;
        Spans = 0;
        Events = 0;
        DroppedMissingServiceName = 0;
        Filtered.Clear();
        UnknownService = 0;
        EndBeforeStart = 0;
        LatestEndNanos = 0;
        EarliestStartNanos = ulong.MaxValue;
    }

    /// <summary>Stages an observation that counts <paramref name="weight"/> times.</summary>
    internal void AddTimed(PendingKey key, ulong durationNanos, uint weight)
    {
        if (TimedCount == timedSeries.Length)
        {
            Array.Resize(ref timedKeys, TimedCount * 2);
            Array.Resize(ref timedSeries, TimedCount * 2);
            Array.Resize(ref durationsNanos, TimedCount * 2);
            Array.Resize(ref timedWeights, TimedCount * 2);
        }

        if (weight != 1 || IsWeighted)
        {
            BeginWeights();
            timedWeights[TimedCount] = weight;
        }

        timedKeys[TimedCount] = key;
        durationsNanos[TimedCount++] = durationNanos;
    }

    /// <summary>Stages an observation without duration that counts <paramref name="weight"/> times.</summary>
    internal void AddCounted(PendingKey key, uint weight)
    {
        if (CountedCount == countedSeries.Length)
        {
            Array.Resize(ref countedKeys, CountedCount * 2);
            Array.Resize(ref countedSeries, CountedCount * 2);
            Array.Resize(ref countedWeights, CountedCount * 2);
        }

        if (weight != 1 || IsWeighted)
        {
            BeginWeights();
            countedWeights[CountedCount] = weight;
        }

        countedKeys[CountedCount++] = key;
    }

    /// <summary>Says that what was staged since the call before belongs to this span.</summary>
    internal void AddExemplar(in SpanExemplar exemplar)
    {
        if (exemplarCount == exemplars.Length)
        {
            Array.Resize(ref exemplars, Math.Max(FirstExemplars, exemplarCount * 2));
        }

        exemplars[exemplarCount++] = new StagedExemplar(exemplar, TimedCount, CountedCount);
    }

    /// <summary>What was staged before the first weight counts once.</summary>
    private void BeginWeights()
    {
        if (!IsWeighted)
        {
            timedWeights.AsSpan(0, TimedCount).Fill(1);
            countedWeights.AsSpan(0, CountedCount).Fill(1);
            IsWeighted = true;
        }
    }

    internal void AddResource(int resource)
    {
        if (ResourceCount == resources.Length)
        {
            Array.Resize(ref resources, ResourceCount * 2);
        }

        resources[ResourceCount++] = resource;
    }
}
