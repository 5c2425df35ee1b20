using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>The entries of a step that is not closed yet, apart from all totals (M3).</summary>
internal sealed class OpenStep
{
    private readonly Dictionary<byte[], StepResource> byKey = new(ByteKeyComparer.Instance);
    private readonly Dictionary<byte[], StepResource>.AlternateLookup<ReadOnlySpan<byte>> bySpan;
    private readonly ResourceKeyWriter keyWriter = new();

    /// <param name="series">An empty store, the step's own as long as it lives.</param>
    /// <param name="exemplars">Empty sets, its own as long; null if nobody wants exemplars.</param>
    /// <param name="origin">Where a replay has to start to meet the first entry.</param>
    public OpenStep(SeriesStore series, ExemplarSets? exemplars, ReplayPoint origin)
    {
        Exemplars = exemplars;
        bySpan = byKey.GetAlternateLookup<ReadOnlySpan<byte>>();
        Series = series;
        Origin = origin;
    }

    /// <summary>Where a replay has to start to meet the first entry of this step.</summary>
    public ReplayPoint Origin { get; }

    public SeriesStore Series { get; }

    /// <summary>Exemplars by slot; null if nobody wants any.</summary>
    public ExemplarSets? Exemplars { get; }

    /// <summary>
    /// Resources in the order of their key bytes, kept while they arrive: sorting them all when the step closes would be a pause. A series
    /// names its resource by the number of its arrival.
    /// </summary>
    public SortedSet<StepResource> Resources { get; } = new(StepResource.KeyOrder);

    /// <summary>Adds the entries of one resource of a block. The columns have been checked.</summary>
    /// <param name="message">The resource.</param>
    /// <param name="entries">Its series.</param>
    /// <param name="partition">Source partition of the block.</param>
    /// <param name="limit">Limit on series of this step, 0 for none.</param>
    /// <returns>How many series entries were added.</returns>
    public int Add(DeltaResource message, SeriesColumnsReader entries, uint partition, int limit)
    {
        StepResource resource = FindOrAdd(message);
        PartitionKeys? keys = limit == 0 ? null : resource.KeysOf(partition, KindsOf(message), limit);
        ExemplarColumnsReader exemplars = new(message.Exemplars);
        int added = 0;
        while (entries.MoveNext())
        {
            int slot = SlotOf(resource, keys, entries.Key, entries.Kinds);
            Series.SpanCount(slot) += entries.Count;
            Series.SumNanos(slot) += entries.SumNanos;
            entries.AddHistogram(Series, slot);
            if (Exemplars is not null)
            {
                // What overflows has no exemplars, as in the connector.
                exemplars.AddNext(Series.IsOverflow(slot) ? null : Exemplars, slot);
            }

            added++;
        }

        return added;
    }

    /// <summary>Joins value kinds (P-5): one that differs becomes string.</summary>
    public static void JoinKinds(Span<byte> kinds, ReadOnlySpan<byte> others)
    {
        for (int i = 0; i < kinds.Length; i++)
        {
            if (kinds[i] != others[i])
            {
                kinds[i] = (byte)ValueKind.String;
            }
        }
    }

    // The slot that an entry is added to.
    private int SlotOf(StepResource resource, PartitionKeys? keys, ReadOnlySpan<byte> key, ReadOnlySpan<byte> kinds)
    {
        ulong hash = ByteHash.Of(key, resource.Hash);
        bool isKnown = Series.TryFind(hash, resource.Number, key, out int slot);
        if (keys is not null && kinds.Length > 0 && !(isKnown ? keys.Keeps(key[0], slot) : keys.HasRoom(key[0])))
        {
            resource.Refused ??= new DistinctEstimate();
            resource.Refused.Add(hash);
            return OverflowSlot(resource, key[..1], kinds.Length);
        }

        if (isKnown)
        {
            JoinKinds(Series.Kinds(slot), kinds);
            return slot;
        }

        slot = Series.Add(hash, resource.Number, key, kinds);
        resource.Slots.Add(slot);
        keys?.Keeps(key[0], slot);
        return slot;
    }

    private int OverflowSlot(StepResource resource, ReadOnlySpan<byte> familyKey, int dimensions)
    {
        ulong hash = ByteHash.Of(familyKey, resource.Hash);
        if (!Series.TryFind(hash, resource.Number, familyKey, out int slot))
        {
            slot = Series.Add(hash, resource.Number, familyKey, new byte[dimensions]);
            resource.Slots.Add(slot);
        }

        return slot;
    }

    // Aggregate tells resources apart by the kinds of their identity, too: between two that differ in these only, a cut may change the order.
    private static ulong KindsOf(DeltaResource message)
    {
        ulong kinds = Joined(Joined(0, message.ServiceNamespace), message.ServiceName);
        foreach (Schemas.V1.Attribute attribute in message.Identity)
        {
            kinds = Joined(kinds, attribute);
        }

        return kinds;
    }

    private static ulong Joined(ulong kinds, Schemas.V1.Attribute? attribute) => ByteHash.Of([(byte)(attribute?.Kind ?? 0)], kinds);

    private StepResource FindOrAdd(DeltaResource message)
    {
        AttributeValue serviceNamespace = AttributeValue.From(message.ServiceNamespace);
        AttributeValue serviceName = AttributeValue.From(message.ServiceName);
        AttributeValue[] identity = AttributeValue.ListFrom(message.Identity);
        AttributeValue[] descriptive = AttributeValue.ListFrom(message.Descriptive);
        ReadOnlySpan<byte> key = keyWriter.Write(serviceNamespace, serviceName, identity);
        if (!bySpan.TryGetValue(key, out StepResource? resource))
        {
            resource = new StepResource(Resources.Count, key.ToArray(), keyWriter.JobLength, serviceNamespace, serviceName)
            {
                Identity = identity,
                Descriptive = descriptive,
            };
            byKey.Add(resource.Key, resource);
            Resources.Add(resource);
            return resource;
        }

        for (int i = 0; i < identity.Length; i++)
        {
            AttributeValue known = resource.Identity[i];
            resource.Identity[i] = known with { Kind = AttributeValue.Join(known.Kind, identity[i].Kind) };
        }

        resource.Descriptive = AttributeValue.Intersect(resource.Descriptive, descriptive);
        return resource;
    }
}
