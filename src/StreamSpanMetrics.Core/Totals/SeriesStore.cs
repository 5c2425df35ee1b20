using StreamSpanMetrics.Core.Histograms;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>
/// Series by slot: key bytes and numbers in pages, an open-addressing index from hash to slot. No object per series, and no pause
/// to grow, save that of the index. A slot keeps its number until it is removed; removed slots are given out again.
/// </summary>
/// <remarks>
/// Single-threaded. Spans returned by this class view its arrays: they hold until the next <see cref="Add"/>,
/// <see cref="Remove"/>, <see cref="ContinueCompaction"/> or <see cref="Clear"/>.
/// </remarks>
internal sealed class SeriesStore
{
    private const int NoSlot = -1;
    private const int MinGarbageBytes = 64 * 1024;
    private const int FirstPageSlots = 16;
    private const int FirstIndexLength = 16;
    private const int MaxReservedIndex = 1 << 24;
    private const int PageMask = SeriesPage.MaxSlots - 1;

    private readonly HistogramShape shape;
    private readonly int[] dimensionCounts;

    // Index: position -> slot + 1 (0 is empty), and the upper half of the slot's hash beside it.
    private int[] indexSlots = new int[FirstIndexLength];
    private uint[] indexTags = new uint[FirstIndexLength];

    private readonly List<SeriesPage> pages = [];
    private readonly KeyPages keys = new();
    private long keyGarbage;
    private bool[]? compacted;
    private int compactAt;
    private int highSlot;
    private int freeSlot = NoSlot;

    /// <param name="shape">How durations are kept.</param>
    /// <param name="dimensionCounts">Number of dimensions by family.</param>
    public SeriesStore(HistogramShape shape, int[] dimensionCounts)
    {
        this.shape = shape;
        this.dimensionCounts = dimensionCounts;
    }

    /// <summary>Bytes of all keys and kinds.</summary>
    public long KeyBytes => keys.ClaimedBytes - keyGarbage;

    /// <summary>Series held.</summary>
    public int Count { get; private set; }

    /// <summary>One more than the largest slot ever given out: what an array by slot has to hold.</summary>
    public int SlotLimit => highSlot;

    /// <summary>Finds the slot of a series; false if it is not here.</summary>
    /// <param name="hash">Hash of resource and key.</param>
    /// <param name="resource">Number of the resource.</param>
    /// <param name="key">Normalised key.</param>
    /// <param name="slot">Its slot.</param>
    public bool TryFind(ulong hash, int resource, ReadOnlySpan<byte> key, out int slot)
    {
        int mask = indexSlots.Length - 1;
        uint tag = (uint)(hash >> 32);
        for (int position = (int)hash & mask; indexSlots[position] != 0; position = (position + 1) & mask)
        {
            slot = indexSlots[position] - 1;
            if (indexTags[position] == tag && Resource(slot) == resource && Key(slot).SequenceEqual(key))
            {
                return true;
            }
        }

        slot = NoSlot;
        return false;
    }

    /// <summary>Adds a series that is not here, with all numbers zero, and returns its slot.</summary>
    public int Add(ulong hash, int resource, ReadOnlySpan<byte> key, ReadOnlySpan<byte> kinds)
    {
        // At most two thirds full: linear probing stays short.
        if ((Count + 1) * 3L > indexSlots.Length * 2L)
        {
            GrowIndex(indexSlots.Length * 2);
        }

        int slot = TakeSlot();
        SeriesPage page = pages[slot >> SeriesPage.SlotBits];
        int at = slot & PageMask;
        Span<byte> bytes = keys.Claim(key.Length + kinds.Length, out page.KeyPlace(at));
        key.CopyTo(bytes);
        kinds.CopyTo(bytes[key.Length..]);
        page.KeyLength(at) = key.Length;
        page.Hash(at) = hash;
        page.Resource(at) = resource;
        Reset(slot);
        page.FirstStep(at) = 0;
        page.LastChangeStep(at) = 0;
        Count++;
        Index(slot);
        return slot;
    }

    /// <summary>Sets all that was counted of a series back to nothing.</summary>
    public void Reset(int slot)
    {
        SeriesPage page = pages[slot >> SeriesPage.SlotBits];
        int at = slot & PageMask;
        page.Count(at) = 0;
        page.Sum(at) = 0;
        page.Buckets(at).Clear();
        if (shape.IsExponential)
        {
            page.Exponential(at)?.Clear();
        }
    }

    /// <summary>Makes room in the index for about as many series: it need not grow from step to step then.</summary>
    public void Reserve(long series)
    {
        int length = indexSlots.Length;
        while (series * 3 > length * 2L && length < MaxReservedIndex)
        {
            length *= 2;
        }

        if (length > indexSlots.Length)
        {
            GrowIndex(length);
        }
    }

    /// <summary>Removes a series; its slot may be given out again.</summary>
    public void Remove(int slot)
    {
        int mask = indexSlots.Length - 1;
        int hole = (int)Hash(slot) & mask;
        while (indexSlots[hole] != slot + 1)
        {
            hole = (hole + 1) & mask;
        }

        // Backward shift: whoever was pushed past the hole by probing moves into it, so no tombstones are needed.
        for (int next = (hole + 1) & mask; indexSlots[next] != 0; next = (next + 1) & mask)
        {
            int home = (int)Hash(indexSlots[next] - 1) & mask;
            if (((next - home) & mask) >= ((next - hole) & mask))
            {
                indexSlots[hole] = indexSlots[next];
                indexTags[hole] = indexTags[next];
                hole = next;
            }
        }

        indexSlots[hole] = 0;
        SeriesPage page = pages[slot >> SeriesPage.SlotBits];
        if (compacted is null || !IsOld(page.KeyPlace(slot & PageMask), compacted))
        {
            keyGarbage += page.KeyLength(slot & PageMask) + Kinds(slot).Length;
        }

        if (shape.IsExponential)
        {
            page.Exponential(slot & PageMask) = null;
        }

        page.KeyLength(slot & PageMask) = NoSlot;
        page.KeyPlace(slot & PageMask) = freeSlot;
        freeSlot = slot;
        Count--;
    }

    /// <summary>Forgets all series and keeps the memory that they took, for as many again.</summary>
    public void Clear()
    {
        if (indexSlots.Length > FirstIndexLength && Count < indexSlots.Length / 6)
        {
            indexSlots = new int[FirstIndexLength];
            indexTags = new uint[FirstIndexLength];
        }

        Array.Clear(indexSlots);
        int used = (highSlot + PageMask) >> SeriesPage.SlotBits;
        pages.RemoveRange(used, pages.Count - used);
        keys.Clear();
        keyGarbage = 0;
        compacted = null;
        highSlot = 0;
        freeSlot = NoSlot;
        Count = 0;
    }

    /// <summary>Normalised key of a series.</summary>
    public ReadOnlySpan<byte> Key(int slot)
    {
        SeriesPage page = pages[slot >> SeriesPage.SlotBits];
        return keys.At(page.KeyPlace(slot & PageMask), page.KeyLength(slot & PageMask));
    }

    /// <summary>Value kinds of a series by dimension, to read and to write.</summary>
    public Span<byte> Kinds(int slot)
    {
        SeriesPage page = pages[slot >> SeriesPage.SlotBits];
        int place = page.KeyPlace(slot & PageMask);
        int length = page.KeyLength(slot & PageMask);
        return keys.At(place, length + dimensionCounts[keys.FirstAt(place)])[length..];
    }

    /// <summary>Whether this is the overflow series of its resource and family.</summary>
    public bool IsOverflow(int slot)
    {
        SeriesPage page = pages[slot >> SeriesPage.SlotBits];
        return page.KeyLength(slot & PageMask) == 1 && dimensionCounts[keys.FirstAt(page.KeyPlace(slot & PageMask))] > 0;
    }

    /// <summary>Hash of resource and key.</summary>
    public ulong Hash(int slot) => pages[slot >> SeriesPage.SlotBits].Hash(slot & PageMask);

    /// <summary>Number of the resource of a series.</summary>
    public int Resource(int slot) => pages[slot >> SeriesPage.SlotBits].Resource(slot & PageMask);

    /// <summary>Spans or events counted.</summary>
    public ref ulong SpanCount(int slot) => ref pages[slot >> SeriesPage.SlotBits].Count(slot & PageMask);

    /// <summary>Sum of durations in nanoseconds.</summary>
    public ref UInt128 SumNanos(int slot) => ref pages[slot >> SeriesPage.SlotBits].Sum(slot & PageMask);

    /// <summary>Counts by bucket; zeros in families without a histogram.</summary>
    public Span<ulong> Buckets(int slot) => pages[slot >> SeriesPage.SlotBits].Buckets(slot & PageMask);

    /// <summary>Exponential histogram of a series; only where the shape has them and the family has durations.</summary>
    public ExponentialBuckets Exponential(int slot) =>
        pages[slot >> SeriesPage.SlotBits].Exponential(slot & PageMask) ??= new ExponentialBuckets(shape.ExponentialMaxSize);

    /// <summary>Whether series with durations have exponential histograms.</summary>
    public bool IsExponential => shape.IsExponential;

    /// <summary>Step in which the series was born.</summary>
    public ref long FirstStep(int slot) => ref pages[slot >> SeriesPage.SlotBits].FirstStep(slot & PageMask);

    /// <summary>Last step that had an entry of the series.</summary>
    public ref long LastChangeStep(int slot) => ref pages[slot >> SeriesPage.SlotBits].LastChangeStep(slot & PageMask);

    /// <summary>Gives the key bytes of removed series back once they are more than half of all, some slots at a time.</summary>
    /// <param name="work">Slots that may still be looked at; lowered by those that were.</param>
    /// <returns>Whether there is nothing left to do. If not, the store may be used as always meanwhile.</returns>
    public bool ContinueCompaction(ref int work)
    {
        if (compacted is null)
        {
            if (keyGarbage < MinGarbageBytes || keyGarbage < keys.ClaimedBytes / 2)
            {
                return true;
            }

            compacted = keys.BeginAnew();
            compactAt = 0;
            keyGarbage = 0;
        }

        for (; compactAt < highSlot; compactAt++)
        {
            if (work-- <= 0)
            {
                return false;
            }

            MoveKey(compactAt, compacted);
        }

        keys.LetGo(compacted);
        compacted = null;
        return true;
    }

    private static bool IsOld(int place, bool[] old) => KeyPages.PageOf(place) < old.Length && old[KeyPages.PageOf(place)];

    private void MoveKey(int slot, bool[] old)
    {
        SeriesPage page = pages[slot >> SeriesPage.SlotBits];
        ref int place = ref page.KeyPlace(slot & PageMask);
        if (page.KeyLength(slot & PageMask) == NoSlot || !IsOld(place, old))
        {
            return;
        }

        int length = page.KeyLength(slot & PageMask) + Kinds(slot).Length;
        Span<byte> target = keys.Claim(length, out int moved);
        keys.At(place, length).CopyTo(target);
        place = moved;
    }

    private int TakeSlot()
    {
        if (freeSlot != NoSlot)
        {
            int free = freeSlot;
            freeSlot = pages[free >> SeriesPage.SlotBits].KeyPlace(free & PageMask);
            return free;
        }

        int page = highSlot >> SeriesPage.SlotBits;
        if (page == pages.Count)
        {
            pages.Add(new SeriesPage(page == 0 ? FirstPageSlots : SeriesPage.MaxSlots, shape));
        }
        else if ((highSlot & PageMask) == pages[page].Slots)
        {
            pages[page].Grow();
        }

        return highSlot++;
    }

    private void GrowIndex(int length)
    {
        indexSlots = new int[length];
        indexTags = new uint[indexSlots.Length];
        for (int slot = 0; slot < highSlot; slot++)
        {
            if (pages[slot >> SeriesPage.SlotBits].KeyLength(slot & PageMask) != NoSlot)
            {
                Index(slot);
            }
        }
    }

    private void Index(int slot)
    {
        int mask = indexSlots.Length - 1;
        ulong hash = Hash(slot);
        int position = (int)hash & mask;
        while (indexSlots[position] != 0)
        {
            position = (position + 1) & mask;
        }

        indexSlots[position] = slot + 1;
        indexTags[position] = (uint)(hash >> 32);
    }
}
