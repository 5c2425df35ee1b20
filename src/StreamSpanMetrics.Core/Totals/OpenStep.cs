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
    /// <returns>How many series entries were added.</returns>
    public int Add(DeltaResource message, SeriesColumnsReader entries)
    {
        StepResource resource = FindOrAdd(message);
        ExemplarColumnsReader exemplars = new(message.Exemplars);
        int added = 0;
        while (entries.MoveNext())
        {
            ReadOnlySpan<byte> key = entries.Key;
            ulong hash = ByteHash.Of(key, resource.Hash);
            if (Series.TryFind(hash, resource.Number, key, out int slot))
            {
                JoinKinds(Series.Kinds(slot), entries.Kinds);
            }
            else
            {
                slot = Series.Add(hash, resource.Number, key, entries.Kinds);
                resource.Slots.Add(slot);
            }

            Series.SpanCount(slot) += entries.Count;
            Series.SumNanos(slot) += entries.SumNanos;
            entries.AddHistogram(Series, slot);
            if (Exemplars is not null)
            {
                exemplars.AddNext(Exemplars, slot);
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
