using StreamSpanMetrics.Core.Otlp;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>A resource as the blocks of one open step described it.</summary>
internal sealed class StepResource
{
    private Dictionary<(uint Partition, ulong Kinds), PartitionKeys>? keys;

    /// <summary>Order of the key bytes.</summary>
    public static readonly IComparer<StepResource> KeyOrder =
        Comparer<StepResource>.Create(static (one, other) => one.Key.AsSpan().SequenceCompareTo(other.Key));

    public StepResource(int number, byte[] key, int jobLength, AttributeValue serviceNamespace, AttributeValue serviceName)
    {
        Number = number;
        Key = key;
        JobLength = jobLength;
        Hash = ByteHash.Of(key);
        ServiceNamespace = serviceNamespace;
        ServiceName = serviceName;
    }

    public int Number { get; }

    public byte[] Key { get; }

    /// <summary>How many of the key's first bytes are the job's.</summary>
    public int JobLength { get; }

    public ulong Hash { get; }

    public AttributeValue ServiceNamespace { get; }

    public AttributeValue ServiceName { get; }

    public AttributeValue[] Identity { get; set; } = [];

    public AttributeValue[] Descriptive { get; set; } = [];

    /// <summary>Slots of its series in the step's store, in order of arrival.</summary>
    public List<int> Slots { get; } = [];

    /// <summary>What overflowed as it arrived; null while nothing has.</summary>
    public DistinctEstimate? Refused { get; set; }

    /// <summary>The keys that a source partition brought under a limit on series, by a hash of the kinds of the resource's identity.</summary>
    public PartitionKeys KeysOf(uint partition, ulong kinds, int limit)
    {
        keys ??= [];
        if (!keys.TryGetValue((partition, kinds), out PartitionKeys? known))
        {
            known = new PartitionKeys(limit);
            keys.Add((partition, kinds), known);
        }

        return known;
    }
}
