using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Deltas;

/// <summary>
/// Turns an accumulator into the blocks of a cut, one or more for every shard (A2: also for those without entries). Holds nothing
/// between calls: any thread, as long as the accumulator is nobody else's. The blocks own all their memory.
/// </summary>
public sealed class DeltaBlockBuilder
{
    private readonly int shards;
    private readonly int maxPartBytes;
    private readonly HistogramShape shape;
    private readonly ExponentialScale scale;

    /// <summary>Builds blocks for <paramref name="shards"/> shards, with the histograms that <paramref name="histogram"/> asks for.</summary>
    public DeltaBlockBuilder(int shards, HistogramRules histogram, int maxPartBytes = DeltaFormat.MaxPartBytes)
    {
        this.shards = shards;
        this.maxPartBytes = maxPartBytes;
        shape = histogram.Shape;
        scale = new ExponentialScale(histogram.Unit);
    }

    /// <summary>
    /// The blocks of all entries in <paramref name="accumulator"/>, by shard; the accumulator is not changed.
    /// <paramref name="tables"/> were frozen after the last record had been added to it.
    /// </summary>
    public IReadOnlyList<DeltaBlock>[] Build(FrozenTables tables, DeltaAccumulator accumulator, DeltaHeader header)
    {
        ShardPartsBuilder[] builders = new ShardPartsBuilder[shards];
        for (int shard = 0; shard < shards; shard++)
        {
            builders[shard] = new ShardPartsBuilder(maxPartBytes, shape.IsExplicit);
        }

        DurationsByEntry? durations = accumulator.Kept?.Sort(accumulator.EntryCount);
        foreach (StepSection section in accumulator.Sections)
        {
            AddSection(tables, accumulator, section, durations, builders);
        }

        IReadOnlyList<DeltaBlock>[] blocks = new IReadOnlyList<DeltaBlock>[shards];
        for (int shard = 0; shard < shards; shard++)
        {
            blocks[shard] = builders[shard].Finish(header);
        }

        return blocks;
    }

    private void AddSection(
        FrozenTables tables, DeltaAccumulator accumulator, StepSection section, DurationsByEntry? durations, ShardPartsBuilder[] builders)
    {
        ExponentialBuckets? exponential = durations is null ? null : new ExponentialBuckets(shape.ExponentialMaxSize);
        Dictionary<int, IReadOnlyList<ResourceAttribute>> descriptive = Descriptive(tables.Resources, accumulator, section);
        foreach (ShardPartsBuilder builder in builders)
        {
            builder.BeginStep(section.Step);
        }

        ulong[] buckets = new ulong[accumulator.BucketCount];
        SpanExemplar[] exemplars = new SpanExemplar[accumulator.Exemplars?.Capacity ?? 0];
        for (int entry = section.EntryStart; entry < section.EntryEnd; entry++)
        {
            int series = accumulator.Series(entry);
            int groupIndex = tables.Series.GroupIndex(series);
            ResourceGroup group = tables.Resources.Group(groupIndex);
            accumulator.ReadBuckets(entry, buckets);
            exponential?.Clear();
            exponential?.Add(durations!.Of(entry), durations.WeightsOf(entry), scale);
            builders[JobHashing.Shard(group.JobHash, shards)].Add(
                groupIndex, group, descriptive[groupIndex], tables.Series.RenderedKey(series),
                accumulator.SumLow(entry), accumulator.SumHigh(entry), buckets, exponential,
                exemplars.AsSpan(0, accumulator.Exemplars?.Read(entry, exemplars) ?? 0));
        }
    }

    /// <summary>
    /// By group, what all its resources with spans in this section agree on (P-4): an intersection, so the order is no matter.
    /// </summary>
    private static Dictionary<int, IReadOnlyList<ResourceAttribute>> Descriptive(
        FrozenResources resources, DeltaAccumulator accumulator, StepSection section)
    {
        Dictionary<int, IReadOnlyList<ResourceAttribute>> agreed = [];
        for (int index = section.ResourceStart; index < section.ResourceEnd; index++)
        {
            ResourceEntry resource = resources.Entry(accumulator.SectionResources[index]);
            agreed[resource.GroupIndex] = agreed.TryGetValue(resource.GroupIndex, out IReadOnlyList<ResourceAttribute>? known)
                ? Intersect(known, resource.Descriptive)
                : resource.Descriptive;
        }

        return agreed;
    }

    /// <summary>What two lists, both sorted by name, have in common.</summary>
    private static List<ResourceAttribute> Intersect(IReadOnlyList<ResourceAttribute> left, IReadOnlyList<ResourceAttribute> right)
    {
        List<ResourceAttribute> common = [];
        int inRight = 0;
        foreach (ResourceAttribute attribute in left)
        {
            while (inRight < right.Count && string.CompareOrdinal(right[inRight].Name, attribute.Name) < 0)
            {
                inRight++;
            }

            if (inRight < right.Count && right[inRight] == attribute)
            {
                common.Add(attribute);
            }
        }

        return common;
    }
}
