using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Series;

namespace StreamSpanMetrics.Core.Deltas;

/// <summary>
/// What one source partition contributed since its last cut: per step, in order, one entry per series. Only series that occurred have
/// entries, so a cut costs in proportion to them. Entries are numbered through the accumulator's life; the numbers of a finished
/// section are simply too small to be found again, so nothing needs clearing. One thread only.
/// </summary>
public sealed class DeltaAccumulator
{
    private const int DefaultRenumberAt = 1 << 30;

    // An entry with its key and columns takes about as much as this many kept durations.
    private const int DurationsPerEntry = 16;

    // So does an entry with this many exemplars more.
    private const int ExemplarsPerEntry = 4;

    /// <summary>
    /// An entry is 128 bits of nanoseconds, then its buckets: side by side, so that an observation touches one or two cache lines.
    /// </summary>
    private const int SumWords = 4;

    private readonly ExplicitBounds bounds;
    private readonly KeptDurations? kept;
    private readonly ExemplarSets? exemplars;
    private readonly LargeCounts large = new();
    private readonly int bucketCount;
    private readonly int stride;
    private readonly List<StepSection> sections = [];
    private readonly List<int> sectionResources = [];
    private int[] entryBySeries = new int[1024];
    private int[] sectionByResource = new int[64];
    private int[] series = new int[256];
    private uint[] slab;
    private int[] timedEntries = new int[256];
    private int firstNumber = 1;
    private int sectionFirstNumber = 1;
    private int sectionNumber;
    private int count;

    /// <summary>An empty accumulator.</summary>
    /// <param name="bounds">Explicit buckets.</param>
    /// <param name="keepsDurations">Whether durations are kept one by one, for exponential buckets: these are made at the cut.</param>
    /// <param name="maxExemplars">Most exemplars of an entry, 0 for none.</param>
    public DeltaAccumulator(ExplicitBounds bounds, bool keepsDurations = false, int maxExemplars = 0)
    {
        exemplars = maxExemplars > 0 ? new ExemplarSets(maxExemplars) : null;
        this.bounds = bounds;
        kept = keepsDurations ? new KeptDurations() : null;
        bucketCount = bounds.BucketCount;
        stride = SumWords + bucketCount;
        slab = new uint[256 * stride];
    }

    /// <summary>Entry number from which <see cref="Clear"/> starts again at the first. Tests lower it.</summary>
    internal int RenumberAt { get; init; } = DefaultRenumberAt;

    /// <summary>Number of entries in all sections.</summary>
    public int EntryCount => count;

    /// <summary>What is held, in entries: kept durations and exemplars take room, too.</summary>
    public int Weight => count + ((kept?.Count ?? 0) / DurationsPerEntry) + ((exemplars?.TotalCount ?? 0) / ExemplarsPerEntry);

    /// <summary>Exemplars by entry; null if they are not kept.</summary>
    internal ExemplarSets? Exemplars => exemplars;

    /// <summary>The durations one by one; null if they are not kept.</summary>
    internal KeptDurations? Kept => kept;

    /// <summary>The sections, in rising order of steps.</summary>
    public IReadOnlyList<StepSection> Sections => sections;

    /// <summary>Resource indexes of all sections, one behind the other.</summary>
    internal List<int> SectionResources => sectionResources;

    /// <summary>Adds a record's observations to <paramref name="step"/>, which must not be below that of the record before.</summary>
    public void Add(StagedRecord record, long step)
    {
        if (record.Spans == 0)
        {
            return;
        }

        if (sections.Count == 0 || sections[^1].Step != step)
        {
            BeginSection(step);
        }

        foreach (int resource in record.Resources)
        {
            NoteResource(resource);
        }

        ReadOnlySpan<int> timed = record.TimedSeries;
        if (timedEntries.Length < timed.Length)
        {
            timedEntries = new int[timed.Length * 2];
        }

        for (int index = 0; index < timed.Length; index++)
        {
            int entry = EntryOf(timed[index]);
            timedEntries[index] = entry;
            Fetch.Ahead(ref slab[entry * stride]);
            Fetch.Ahead(ref slab[(entry * stride) + stride - 1]);
        }

        if (record.IsWeighted)
        {
            AddWeighted(record);
        }
        else
        {
            AddOnes(record);
        }

        kept?.Add(timedEntries.AsSpan(0, timed.Length), record.DurationsNanos, record.TimedWeights);
        if (exemplars is not null)
        {
            AddExemplars(exemplars, record);
        }

        if (sections[^1].EntryEnd != count)
        {
            sections[^1] = sections[^1] with { EntryEnd = count };
        }
    }

    private void AddOnes(StagedRecord record)
    {
        ReadOnlySpan<ulong> durations = record.DurationsNanos;
        for (int index = 0; index < durations.Length; index++)
        {
            Observe(timedEntries[index] * stride, durations[index]);
        }

        foreach (int counted in record.CountedSeries)
        {
            // First the entry: a new one may move the slab.
            int entry = EntryOf(counted);
            slab[(entry * stride) + SumWords]++;
        }
    }

    // A span is one exemplar of each of its series, however often it counts there.
    private void AddExemplars(ExemplarSets sets, StagedRecord record)
    {
        int timed = 0;
        int counted = 0;
        foreach (ref readonly StagedExemplar span in record.Exemplars)
        {
            if (span.Exemplar.HasTraceId)
            {
                for (; timed < span.TimedEnd; timed++)
                {
                    sets.Add(timedEntries[timed], span.Exemplar);
                }

                for (; counted < span.CountedEnd; counted++)
                {
                    sets.Add(EntryOf(record.CountedSeries[counted]), span.Exemplar);
                }
            }

            timed = span.TimedEnd;
            counted = span.CountedEnd;
        }
    }

    // A span of weight n is n spans of its duration.
    private void AddWeighted(StagedRecord record)
    {
        ReadOnlySpan<ulong> durations = record.DurationsNanos;
        ReadOnlySpan<uint> weights = record.TimedWeights;
        for (int index = 0; index < durations.Length; index++)
        {
            int start = timedEntries[index] * stride;
            Span<ulong> sum = MemoryMarshal.Cast<uint, ulong>(slab.AsSpan(start, SumWords));
            UInt128 total = new UInt128(sum[1], sum[0]) + ((UInt128)durations[index] * weights[index]);
            (sum[1], sum[0]) = ((ulong)(total >> 64), (ulong)total);
            int place = start + SumWords + bounds.BucketOf(durations[index]);
            large.Add(ref slab[place], place, weights[index]);
        }

        weights = record.CountedWeights;
        for (int index = 0; index < weights.Length; index++)
        {
            int place = (EntryOf(record.CountedSeries[index]) * stride) + SumWords;
            large.Add(ref slab[place], place, weights[index]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Observe(int start, ulong durationNanos)
    {
        Span<uint> entry = slab.AsSpan(start, stride);
        Span<ulong> sum = MemoryMarshal.Cast<uint, ulong>(entry[..SumWords]);
        ulong low = sum[0] + durationNanos;
        sum[1] += low < durationNanos ? 1UL : 0UL;
        sum[0] = low;
        entry[SumWords + bounds.BucketOf(durationNanos)]++;
    }

    /// <summary>Empties the accumulator; its numbers go on.</summary>
    public void Clear()
    {
        Array.Clear(slab, 0, count * stride);
        kept?.Clear();
        exemplars?.Clear();
        large.Clear();
        firstNumber += count;
        sectionFirstNumber = firstNumber;
        count = 0;
        sections.Clear();
        sectionResources.Clear();
        if (firstNumber > RenumberAt)
        {
            Forget();
        }
    }

    // Starts the numbers again, so that they do not run out. Only while empty.
    private void Forget()
    {
        Array.Clear(entryBySeries);
        Array.Clear(sectionByResource);
        firstNumber = 1;
        sectionFirstNumber = 1;
        sectionNumber = 0;
    }

    internal int Series(int entry) => series[entry];

    internal ulong SumLow(int entry) => MemoryMarshal.Cast<uint, ulong>(slab.AsSpan(entry * stride, SumWords))[0];

    internal ulong SumHigh(int entry) => MemoryMarshal.Cast<uint, ulong>(slab.AsSpan(entry * stride, SumWords))[1];

    /// <summary>Number of buckets of an entry.</summary>
    internal int BucketCount => bucketCount;

    /// <summary>Bucket counts of an entry; the first alone is the count where there is no histogram.</summary>
    internal void ReadBuckets(int entry, Span<ulong> buckets)
    {
        int first = (entry * stride) + SumWords;
        for (int bucket = 0; bucket < bucketCount; bucket++)
        {
            buckets[bucket] = slab[first + bucket] + large.At(first + bucket);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int EntryOf(int seriesNumber)
    {
        int[] map = entryBySeries;
        if ((uint)seriesNumber < (uint)map.Length)
        {
            int number = map[seriesNumber];
            if (number >= sectionFirstNumber)
            {
                return number - firstNumber;
            }
        }

        return AddEntry(seriesNumber);
    }

    private int AddEntry(int seriesNumber)
    {
        if (seriesNumber >= entryBySeries.Length)
        {
            Array.Resize(ref entryBySeries, Math.Max(seriesNumber + 1, entryBySeries.Length * 2));
        }

        if (count == series.Length)
        {
            Array.Resize(ref series, count * 2);
            Array.Resize(ref slab, count * 2 * stride);
        }

        series[count] = seriesNumber;
        entryBySeries[seriesNumber] = firstNumber + count;
        return count++;
    }

    private void BeginSection(long step)
    {
        sections.Add(new StepSection(step, count, count, sectionResources.Count, sectionResources.Count));
        sectionFirstNumber = firstNumber + count;
        sectionNumber++;
    }

    private void NoteResource(int resource)
    {
        if (resource >= sectionByResource.Length)
        {
            Array.Resize(ref sectionByResource, Math.Max(resource + 1, sectionByResource.Length * 2));
        }

        if (sectionByResource[resource] != sectionNumber)
        {
            sectionByResource[resource] = sectionNumber;
            sectionResources.Add(resource);
            sections[^1] = sections[^1] with { ResourceEnd = sectionResources.Count };
        }
    }
}
