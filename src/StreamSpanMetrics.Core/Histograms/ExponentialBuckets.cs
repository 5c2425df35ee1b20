namespace StreamSpanMetrics.Core.Histograms;

/// <summary>
/// The counts of an exponential histogram of durations. The scale is always the finest at which the buckets in use, and all between them, are
/// at most the allowed number; it follows from the smallest and the largest bucket alone, so that the order of additions changes nothing (P3).
/// Not thread-safe; keeps its memory when cleared.
/// </summary>
/// <param name="maxSize">Most buckets, at least 2.</param>
public sealed class ExponentialBuckets(int maxSize)
{
    private const int SmallestCapacity = 4;

    private ulong[] counts = [];
    private int length;

    /// <summary>Present scale; <see cref="ExponentialScale.Finest"/> while no bucket is in use.</summary>
    public int Scale { get; private set; } = ExponentialScale.Finest;

    /// <summary>Index of the first bucket in use.</summary>
    public int Offset { get; private set; }

    /// <summary>Durations of zero.</summary>
    public ulong ZeroCount { get; private set; }

    /// <summary>Shortest duration; <see cref="ulong.MaxValue"/> without any.</summary>
    public ulong MinNanos { get; private set; } = ulong.MaxValue;

    /// <summary>Longest duration; 0 without any.</summary>
    public ulong MaxNanos { get; private set; }

    /// <summary>Counts from <see cref="Offset"/> on; neither the first nor the last is 0. A view until the next change.</summary>
    public ReadOnlySpan<ulong> Counts => counts.AsSpan(0, length);

    /// <summary>Forgets all counts.</summary>
    public void Clear()
    {
        counts.AsSpan(0, length).Clear();
        length = 0;
        Scale = ExponentialScale.Finest;
        Offset = 0;
        ZeroCount = 0;
        MinNanos = ulong.MaxValue;
        MaxNanos = 0;
    }

    /// <summary>Adds durations.</summary>
    public void Add(ReadOnlySpan<ulong> durationsNanos, ExponentialScale mapping) => Add(durationsNanos, [], mapping);

    /// <summary>Adds durations, each as often as its weight says; no weights at all mean once.</summary>
    public void Add(ReadOnlySpan<ulong> durationsNanos, ReadOnlySpan<uint> weights, ExponentialScale mapping)
    {
        ulong min = ulong.MaxValue;
        ulong max = 0;
        ulong zeros = 0;
        for (int at = 0; at < durationsNanos.Length; at++)
        {
            ulong nanos = durationsNanos[at];
            zeros += nanos != 0 ? 0UL : weights.IsEmpty ? 1UL : weights[at];
            min = nanos == 0 ? min : Math.Min(min, nanos);
            max = Math.Max(max, nanos);
        }

        if (durationsNanos.IsEmpty)
        {
            return;
        }

        AddZeros(zeros);
        NoteRange(zeros > 0 ? 0 : min, max);
        if (max == 0)
        {
            return;
        }

        // The ends first: they tell the scale, and each bit of a scale costs time for every duration.
        Claim(ExponentialScale.Finest, mapping.IndexOf(min, ExponentialScale.Finest), mapping.IndexOf(max, ExponentialScale.Finest));
        for (int at = 0; at < durationsNanos.Length; at++)
        {
            if (durationsNanos[at] != 0)
            {
                counts[mapping.IndexOf(durationsNanos[at], Scale) - Offset] += weights.IsEmpty ? 1UL : weights[at];
            }
        }
    }

    /// <summary>Adds all that another histogram counts.</summary>
    public void Add(ExponentialBuckets other)
    {
        AddZeros(other.ZeroCount);
        NoteRange(other.MinNanos, other.MaxNanos);
        if (other.length == 0)
        {
            return;
        }

        Claim(other.Scale, other.Offset, other.Offset + other.length - 1);
        int shift = other.Scale - Scale;
        for (int at = 0; at < other.length; at++)
        {
            counts[((other.Offset + at) >> shift) - Offset] += other.counts[at];
        }
    }

    /// <summary>Adds durations of zero.</summary>
    public void AddZeros(ulong count) => ZeroCount += count;

    /// <summary>Notes the shortest and the longest of durations that are added.</summary>
    public void NoteRange(ulong minNanos, ulong maxNanos)
    {
        MinNanos = Math.Min(MinNanos, minNanos);
        MaxNanos = Math.Max(MaxNanos, maxNanos);
    }

    /// <summary>
    /// Makes room for the buckets <paramref name="low"/> to <paramref name="high"/> of a scale, at once or at a coarser one. Both must get
    /// a count then.
    /// </summary>
    public void Claim(int scale, int low, int high)
    {
        int common = Math.Min(scale, Scale);
        Coarsen(Scale - common);
        low >>= scale - common;
        high >>= scale - common;
        if (length > 0)
        {
            low = Math.Min(low, Offset);
            high = Math.Max(high, Offset + length - 1);
        }

        int shift = ExponentialScale.ShiftToFit(low, high, maxSize);
        Coarsen(shift);
        Scale = common - shift;
        Widen(low >> shift, high >> shift);
    }

    /// <summary>Adds to a bucket of a scale that is not coarser than the present one, within what was claimed.</summary>
    public void AddToClaimed(int scale, int index, ulong count) => counts[(index >> (scale - Scale)) - Offset] += count;

    private void Coarsen(int shift)
    {
        Scale -= shift;
        if (shift == 0 || length == 0)
        {
            return;
        }

        int first = Offset >> shift;
        for (int at = 0; at < length; at++)
        {
            ulong count = counts[at];
            counts[at] = 0;
            counts[((Offset + at) >> shift) - first] += count;
        }

        length = ((Offset + length - 1) >> shift) - first + 1;
        Offset = first;
    }

    private void Widen(int low, int high)
    {
        int wanted = high - low + 1;
        int before = length == 0 ? 0 : Offset - low;
        if (wanted > counts.Length)
        {
            int capacity = Math.Min(maxSize, Math.Max(SmallestCapacity, Math.Max(wanted, counts.Length * 2)));
            ulong[] wider = new ulong[capacity];
            counts.AsSpan(0, length).CopyTo(wider.AsSpan(before));
            counts = wider;
        }
        else if (before > 0)
        {
            counts.AsSpan(0, length).CopyTo(counts.AsSpan(before));
            counts.AsSpan(0, before).Clear();
        }

        Offset = low;
        length = wanted;
    }
}
