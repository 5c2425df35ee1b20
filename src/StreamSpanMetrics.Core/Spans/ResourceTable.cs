using StreamSpanMetrics.Core.Otlp;

namespace StreamSpanMetrics.Core.Spans;

/// <summary>
/// Resource messages by their bytes, and the groups they fall into. Reading a known resource costs a hash and a compare; records of
/// one trace repeat theirs every few spans. Not thread-safe.
/// </summary>
public sealed class ResourceTable
{
    private const int InitialEntries = 64;
    private const int RecentEntries = 512;

    private readonly ResourceReader reader;
    private readonly Dictionary<byte[], ResourceEntry> entriesByBytes = new(ByteKeyComparer.Instance);
    private readonly Dictionary<byte[], ResourceEntry>.AlternateLookup<ReadOnlySpan<byte>> lookup;
    private ResourceEntry[] entries = new ResourceEntry[InitialEntries];
    private ResourceGroup[] groups = new ResourceGroup[InitialEntries];
    private readonly Dictionary<string, int> groupsByKey = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> variantsByKey = new(StringComparer.Ordinal);
    private readonly List<ResourceEntry> variants = [];

    /// <summary>The entry met last at each place, by a hash of a few of its bytes.</summary>
    private readonly ResourceEntry?[] recent = new ResourceEntry?[RecentEntries];

    /// <summary>An empty table whose entries <paramref name="reader"/> makes.</summary>
    public ResourceTable(ResourceReader reader)
    {
        this.reader = reader;
        lookup = entriesByBytes.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>Number of different Resource messages.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of all known Resource messages: the measure of the table's size.</summary>
    public long TotalBytes { get; private set; }

    /// <summary>The entry at an index.</summary>
    public ResourceEntry Entry(int index) => entries[index];

    /// <summary>The group at an index.</summary>
    public ResourceGroup Group(int index) => groups[index];

    /// <summary>Number of groups.</summary>
    public int GroupCount { get; private set; }

    /// <summary>The entry of the Resource message <paramref name="bytes"/>, or the problem that makes it none.</summary>
    public DecodeProblem Find(ReadOnlySpan<byte> bytes, out ResourceEntry entry)
    {
        ref ResourceEntry? place = ref recent[ByteHash.OfSample(bytes) % RecentEntries];
        if (place is not null && bytes.SequenceEqual(place.Bytes))
        {
            entry = place;
            return DecodeProblem.None;
        }

        DecodeProblem problem = DecodeProblem.None;
        if (lookup.TryGetValue(bytes, out ResourceEntry? known))
        {
            entry = known;
        }
        else
        {
            problem = Add(bytes, out entry);
        }

        place = problem.Exists ? place : entry;
        return problem;
    }

    /// <summary>What is known now, for readers on other threads: also after the table has grown or was cleared.</summary>
    public FrozenResources Freeze() => new(entries, groups);

    /// <summary>Forgets everything. Entries and indexes given out before are void.</summary>
    public void Clear()
    {
        entriesByBytes.Clear();
        entries = new ResourceEntry[InitialEntries];
        groups = new ResourceGroup[InitialEntries];
        Count = 0;
        GroupCount = 0;
        groupsByKey.Clear();
        variantsByKey.Clear();
        variants.Clear();
        TotalBytes = 0;
        Array.Clear(recent);
    }

    private DecodeProblem Add(ReadOnlySpan<byte> bytes, out ResourceEntry entry)
    {
        DecodeProblem problem = reader.Read(bytes, this, out entry);
        if (!problem.Exists)
        {
            entriesByBytes.Add(entry.Bytes, entry);
            int count = Count;
            Append(ref entries, ref count, entry);
            Count = count;
            if (entry.Variant == variants.Count)
            {
                variants.Add(entry);
            }

            TotalBytes += bytes.Length;
        }

        return problem;
    }

    /// <summary>Place of the group with this key, made by <paramref name="make"/> if it is new.</summary>
    internal int GroupIndex(string key, Func<ResourceGroup> make)
    {
        if (!groupsByKey.TryGetValue(key, out int index))
        {
            index = GroupCount;
            int count = index;
            Append(ref groups, ref count, make());
            GroupCount = count;
            groupsByKey.Add(key, index);
        }

        return index;
    }

    /// <summary>Number of the variant with this key.</summary>
    internal int Variant(string key)
    {
        if (!variantsByKey.TryGetValue(key, out int variant))
        {
            variant = variantsByKey.Count;
            variantsByKey.Add(key, variant);
        }

        return variant;
    }

    /// <summary>The first entry of a variant: all of them have the same group and the same service-name dimension.</summary>
    public ResourceEntry EntryOfVariant(int variant) => variants[variant];

    private static void Append<T>(ref T[] array, ref int count, T value)
    {
        if (count == array.Length)
        {
            Array.Resize(ref array, count * 2);
        }

        array[count++] = value;
    }
}
