using StreamSpanMetrics.Core.Histograms;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>
/// The columns of some neighbouring slots of a <see cref="SeriesStore"/>. A store grows by pages, so that growing never copies what
/// it holds: with hundreds of thousands of series that would be a pause. Only its first page grows, while it is small.
/// </summary>
internal sealed class SeriesPage
{
    /// <summary>Bits of a slot that say where it stands in its page.</summary>
    public const int SlotBits = 10;

    /// <summary>Slots of a full page.</summary>
    public const int MaxSlots = 1 << SlotBits;

    private readonly HistogramShape shape;
    private ulong[] hashes;
    private int[] resources;
    private int[] keyPlaces;
    private int[] keyLengths;
    private ulong[] counts;
    private UInt128[] sums;
    private ulong[] buckets;
    private ExponentialBuckets?[] exponential;
    private long[] firstSteps;
    private long[] lastChangeSteps;

    public SeriesPage(int slots, HistogramShape shape)
    {
        this.shape = shape;
        hashes = new ulong[slots];
        resources = new int[slots];
        keyPlaces = new int[slots];
        keyLengths = new int[slots];
        counts = new ulong[slots];
        sums = new UInt128[slots];
        buckets = new ulong[slots * shape.BucketCount];
        exponential = shape.IsExponential ? new ExponentialBuckets?[slots] : [];
        firstSteps = new long[slots];
        lastChangeSteps = new long[slots];
    }

    /// <summary>Slots that the page has now.</summary>
    public int Slots => hashes.Length;

    public ref ulong Hash(int at) => ref hashes[at];

    public ref int Resource(int at) => ref resources[at];

    public ref int KeyPlace(int at) => ref keyPlaces[at];

    public ref int KeyLength(int at) => ref keyLengths[at];

    public ref ulong Count(int at) => ref counts[at];

    public ref UInt128 Sum(int at) => ref sums[at];

    public Span<ulong> Buckets(int at) => buckets.AsSpan(at * shape.BucketCount, shape.BucketCount);

    /// <summary>Where the exponential histogram of a slot is, if it has had one; only where the shape has them.</summary>
    public ref ExponentialBuckets? Exponential(int at) => ref exponential[at];

    public ref long FirstStep(int at) => ref firstSteps[at];

    public ref long LastChangeStep(int at) => ref lastChangeSteps[at];

    /// <summary>Makes room for twice as many slots.</summary>
    public void Grow()
    {
        int slots = Math.Min(MaxSlots, hashes.Length * 2);
        Array.Resize(ref hashes, slots);
        Array.Resize(ref resources, slots);
        Array.Resize(ref keyPlaces, slots);
        Array.Resize(ref keyLengths, slots);
        Array.Resize(ref counts, slots);
        Array.Resize(ref sums, slots);
        Array.Resize(ref buckets, slots * shape.BucketCount);
        Array.Resize(ref exponential, shape.IsExponential ? slots : 0);
        Array.Resize(ref firstSteps, slots);
        Array.Resize(ref lastChangeSteps, slots);
    }
}
