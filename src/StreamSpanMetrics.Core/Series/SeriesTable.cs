using System.Runtime.CompilerServices;

namespace StreamSpanMetrics.Core.Series;

/// <summary>
/// The series known to one thread: raw key bytes to a dense number. Open addressing with the 64-bit hash beside the number; a hit is
/// always confirmed by comparing the whole key. Numbers are given in order of first appearance and never reused, until
/// <see cref="Clear"/>. One thread only.
/// </summary>
public sealed class SeriesTable
{
    private const int InitialBuckets = 1024;

    /// <summary>Buckets are doubled when more than 5 of 8 are taken: probes stay short, a lookup touches one cache line.</summary>
    private const int MaxLoadEighths = 5;

    private Bucket[] buckets = new Bucket[InitialBuckets];
    private KeySlice[] renderedKeys = new KeySlice[InitialBuckets];
    private int[] groups = new int[InitialBuckets];

    /// <summary>Raw keys alone, each behind its length: what a look-up reads stays small and side by side.</summary>
    private readonly KeyArena rawArena = new();
    private readonly KeyArena renderedArena = new();

    /// <summary>Number of series.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of all keys: the measure of the table's size.</summary>
    public long KeyBytes => (long)rawArena.Used + renderedArena.Used;

    /// <summary>Number of the series with this raw key, or -1.</summary>
    public int Find(ReadOnlySpan<byte> rawKey, ulong hash)
    {
        Bucket[] table = buckets;
        uint mask = (uint)table.Length - 1;
        uint index = (uint)(hash >> 32) & mask;
        while (true)
        {
            ref Bucket bucket = ref table[index];
            if (bucket.NumberPlusOne == 0)
            {
                return -1;
            }

            if (bucket.Hash == hash && Confirms(bucket.KeyStart, rawKey))
            {
                return bucket.NumberPlusOne - 1;
            }

            index = (index + 1) & mask;
        }
    }

    /// <summary>Asks the processor to fetch the place where <paramref name="hash"/> would be. Changes nothing else.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Prefetch(ulong hash)
    {
        Bucket[] table = buckets;
        Fetch.Ahead(ref table[(uint)(hash >> 32) & ((uint)table.Length - 1)]);
    }

    /// <summary>
    /// The first series with this hash, or -1, and asks the processor to fetch its key: nearly always the one that
    /// <see cref="Confirms"/> will confirm at <paramref name="keyStart"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Candidate(ulong hash, out int keyStart)
    {
        Bucket[] table = buckets;
        uint mask = (uint)table.Length - 1;
        uint index = (uint)(hash >> 32) & mask;
        while (table[index].NumberPlusOne != 0)
        {
            if (table[index].Hash == hash)
            {
                keyStart = table[index].KeyStart;
                rawArena.FetchAhead(keyStart);
                return table[index].NumberPlusOne - 1;
            }

            index = (index + 1) & mask;
        }

        keyStart = 0;
        return -1;
    }

    /// <summary>Whether the key that <see cref="Candidate"/> found is this raw key.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Confirms(int keyStart, ReadOnlySpan<byte> rawKey) => rawArena.HasAt(keyStart, rawKey);

    /// <summary>Adds a series that <see cref="Find"/> did not know, and returns its number.</summary>
    public int Add(ReadOnlySpan<byte> rawKey, ulong hash, ReadOnlySpan<byte> renderedKey, int groupIndex)
    {
        if ((long)(Count + 1) * 8 > (long)buckets.Length * MaxLoadEighths)
        {
            Grow();
        }

        int number = Count++;
        if (number == renderedKeys.Length)
        {
            Array.Resize(ref renderedKeys, number * 2);
            Array.Resize(ref groups, number * 2);
        }

        int keyStart = rawArena.StoreWithLength(rawKey);
        renderedKeys[number] = new KeySlice { Start = renderedArena.Store(renderedKey), Length = renderedKey.Length };
        groups[number] = groupIndex;
        Place(buckets, new Bucket { Hash = hash, NumberPlusOne = number + 1, KeyStart = keyStart });
        return number;
    }

    /// <summary>The rendered key. Valid until the next <see cref="Add"/> or <see cref="Clear"/>.</summary>
    public ReadOnlySpan<byte> RenderedKey(int number) => renderedArena.At(renderedKeys[number].Start, renderedKeys[number].Length);

    /// <summary>Place of the series' resource group.</summary>
    public int GroupIndex(int number) => groups[number];

    /// <summary>What is known now, for readers on other threads: also after <see cref="Add"/> and <see cref="Clear"/>.</summary>
    public FrozenSeries Freeze() => new(renderedArena.Bytes, renderedKeys, groups);

    /// <summary>Forgets all series. Numbers given out before are void. Memory of a large table is given back.</summary>
    public void Clear()
    {
        buckets = new Bucket[InitialBuckets];
        renderedKeys = new KeySlice[InitialBuckets];
        groups = new int[InitialBuckets];
        rawArena.Clear();
        renderedArena.Clear();
        Count = 0;
    }

    private void Grow()
    {
        Bucket[] larger = new Bucket[buckets.Length * 2];
        foreach (Bucket bucket in buckets)
        {
            if (bucket.NumberPlusOne != 0)
            {
                Place(larger, bucket);
            }
        }

        buckets = larger;
    }

    private static void Place(Bucket[] table, Bucket bucket)
    {
        uint mask = (uint)table.Length - 1;
        uint index = (uint)(bucket.Hash >> 32) & mask;
        while (table[index].NumberPlusOne != 0)
        {
            index = (index + 1) & mask;
        }

        table[index] = bucket;
    }

    private struct Bucket
    {
        public ulong Hash;
        public int NumberPlusOne;
        public int KeyStart;
    }
}
