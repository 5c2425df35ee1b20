namespace StreamSpanMetrics.Core.Totals;

/// <summary>
/// Series by slot: key bytes in one arena, numbers in one array per column, an open-addressing index from hash to slot.
/// No object per series. A slot keeps its number until it is removed; removed slots are given out again.
/// </summary>
/// <remarks>
/// Single-threaded. Spans returned by this class view its arrays: they hold until the next <see cref="Add"/>,
/// <see cref="Remove"/> or <see cref="CompactKeys"/>.
/// </remarks>
internal sealed class SeriesStore
{
    private const int NoSlot = -1;
    private const int MinGarbageBytes = 64 * 1024;

    private readonly int bucketCount;
    private readonly int[] dimensionCounts;

    // Index: position -> slot + 1 (0 is empty), and the upper half of the slot's hash beside it.
    private int[] indexSlots = new int[16];
    private uint[] indexTags = new uint[16];

    private byte[] arena = [];
    private int arenaLength;
    private int arenaGarbage;

    private ulong[] hashes = [];
    private int[] resources = [];
    private int[] keyOffsets = [];
    private int[] keyLengths = [];
    private ulong[] counts = [];
    private UInt128[] sums = [];
    private ulong[] buckets = [];
    private long[] firstSteps = [];
    private long[] lastChangeSteps = [];
    private int highSlot;
    private int freeSlot = NoSlot;

    /// <param name="bucketCount">Buckets per series, 0 without histograms.</param>
    /// <param name="dimensionCounts">Number of dimensions by family.</param>
    public SeriesStore(int bucketCount, int[] dimensionCounts)
    {
        this.bucketCount = bucketCount;
        this.dimensionCounts = dimensionCounts;
    }

    /// <summary>Bytes of all keys and kinds.</summary>
    public int KeyBytes => arenaLength - arenaGarbage;

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
            if (indexTags[position] == tag && resources[slot] == resource && Key(slot).SequenceEqual(key))
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
            GrowIndex();
        }

        int slot = TakeSlot();
        ReserveKeyBytes(key.Length + kinds.Length);
        key.CopyTo(arena.AsSpan(arenaLength));
        kinds.CopyTo(arena.AsSpan(arenaLength + key.Length));
        keyOffsets[slot] = arenaLength;
        keyLengths[slot] = key.Length;
        arenaLength += key.Length + kinds.Length;
        hashes[slot] = hash;
        resources[slot] = resource;
        counts[slot] = 0;
        sums[slot] = 0;
        Buckets(slot).Clear();
        firstSteps[slot] = 0;
        lastChangeSteps[slot] = 0;
        Count++;
        Index(slot);
        return slot;
    }

    /// <summary>Removes a series; its slot may be given out again.</summary>
    public void Remove(int slot)
    {
        int mask = indexSlots.Length - 1;
        int hole = (int)hashes[slot] & mask;
        while (indexSlots[hole] != slot + 1)
        {
            hole = (hole + 1) & mask;
        }

        // Backward shift: whoever was pushed past the hole by probing moves into it, so no tombstones are needed.
        for (int next = (hole + 1) & mask; indexSlots[next] != 0; next = (next + 1) & mask)
        {
            int home = (int)hashes[indexSlots[next] - 1] & mask;
            if (((next - home) & mask) >= ((next - hole) & mask))
            {
                indexSlots[hole] = indexSlots[next];
                indexTags[hole] = indexTags[next];
                hole = next;
            }
        }

        indexSlots[hole] = 0;
        arenaGarbage += keyLengths[slot] + Kinds(slot).Length;
        keyLengths[slot] = NoSlot;
        keyOffsets[slot] = freeSlot;
        freeSlot = slot;
        Count--;
    }

    /// <summary>Normalised key of a series.</summary>
    public ReadOnlySpan<byte> Key(int slot) => arena.AsSpan(keyOffsets[slot], keyLengths[slot]);

    /// <summary>Value kinds of a series by dimension, to read and to write.</summary>
    public Span<byte> Kinds(int slot)
    {
        int offset = keyOffsets[slot];
        return arena.AsSpan(offset + keyLengths[slot], dimensionCounts[arena[offset]]);
    }

    /// <summary>Hash of resource and key.</summary>
    public ulong Hash(int slot) => hashes[slot];

    /// <summary>Number of the resource of a series.</summary>
    public int Resource(int slot) => resources[slot];

    /// <summary>Spans or events counted.</summary>
    public ref ulong SpanCount(int slot) => ref counts[slot];

    /// <summary>Sum of durations in nanoseconds.</summary>
    public ref UInt128 SumNanos(int slot) => ref sums[slot];

    /// <summary>Counts by bucket; zeros in families without a histogram.</summary>
    public Span<ulong> Buckets(int slot) => buckets.AsSpan(slot * bucketCount, bucketCount);

    /// <summary>Step in which the series was born.</summary>
    public ref long FirstStep(int slot) => ref firstSteps[slot];

    /// <summary>Last step that had an entry of the series.</summary>
    public ref long LastChangeStep(int slot) => ref lastChangeSteps[slot];

    /// <summary>Gives the key bytes of removed series back once they are more than half of the arena.</summary>
    public void CompactKeys()
    {
        if (arenaGarbage < MinGarbageBytes || arenaGarbage < arenaLength / 2)
        {
            return;
        }

        byte[] compact = new byte[arenaLength - arenaGarbage];
        int length = 0;
        for (int slot = 0; slot < highSlot; slot++)
        {
            if (keyLengths[slot] != NoSlot)
            {
                int bytes = keyLengths[slot] + Kinds(slot).Length;
                arena.AsSpan(keyOffsets[slot], bytes).CopyTo(compact.AsSpan(length));
                keyOffsets[slot] = length;
                length += bytes;
            }
        }

        arena = compact;
        arenaLength = length;
        arenaGarbage = 0;
    }

    private int TakeSlot()
    {
        if (freeSlot != NoSlot)
        {
            int free = freeSlot;
            freeSlot = keyOffsets[free];
            return free;
        }

        if (highSlot == hashes.Length)
        {
            GrowColumns(Math.Max(16, highSlot + (highSlot / 2)));
        }

        return highSlot++;
    }

    private void GrowColumns(int slots)
    {
        Array.Resize(ref hashes, slots);
        Array.Resize(ref resources, slots);
        Array.Resize(ref keyOffsets, slots);
        Array.Resize(ref keyLengths, slots);
        Array.Resize(ref counts, slots);
        Array.Resize(ref sums, slots);
        Array.Resize(ref buckets, checked(slots * bucketCount));
        Array.Resize(ref firstSteps, slots);
        Array.Resize(ref lastChangeSteps, slots);
    }

    private void ReserveKeyBytes(int more)
    {
        int needed = checked(arenaLength + more);
        if (needed > arena.Length)
        {
            long grown = Math.Min(Array.MaxLength, Math.Max(needed, arena.Length + (arena.Length / 2L)));
            Array.Resize(ref arena, (int)Math.Max(grown, 1024));
        }
    }

    private void GrowIndex()
    {
        indexSlots = new int[indexSlots.Length * 2];
        indexTags = new uint[indexSlots.Length];
        for (int slot = 0; slot < highSlot; slot++)
        {
            if (keyLengths[slot] != NoSlot)
            {
                Index(slot);
            }
        }
    }

    private void Index(int slot)
    {
        int mask = indexSlots.Length - 1;
        int position = (int)hashes[slot] & mask;
        while (indexSlots[position] != 0)
        {
            position = (position + 1) & mask;
        }

        indexSlots[position] = slot + 1;
        indexTags[position] = (uint)(hashes[slot] >> 32);
    }
}
