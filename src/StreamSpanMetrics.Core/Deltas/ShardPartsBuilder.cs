using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Deltas;

/// <summary>Collects what a cut holds for one shard, split into parts at places that depend on the cut alone (A3).</summary>
internal sealed class ShardPartsBuilder
{
    private readonly int maxPartBytes;
    private readonly bool isExplicit;
    private readonly List<List<DeltaStep>> parts = [[]];
    private readonly Dictionary<int, ResourceColumnsBuilder> resources = [];
    private readonly List<ResourceColumnsBuilder> resourceOrder = [];
    private long step;
    private int partBytes;

    /// <param name="maxPartBytes">Size from which a part is full, in bytes.</param>
    /// <param name="isExplicit">Whether durations are kept in explicit buckets.</param>
    public ShardPartsBuilder(int maxPartBytes, bool isExplicit)
    {
        this.maxPartBytes = maxPartBytes;
        this.isExplicit = isExplicit;
    }

    /// <summary>Starts the entries of a step.</summary>
    public void BeginStep(long newStep)
    {
        FinishStep();
        step = newStep;
    }

    /// <summary>Adds an entry of the resource group at <paramref name="groupIndex"/>.</summary>
    public void Add(
        int groupIndex, ResourceGroup group, IReadOnlyList<ResourceAttribute> descriptive,
        ReadOnlySpan<byte> key, ulong sumLow, ulong sumHigh, ReadOnlySpan<ulong> buckets, ExponentialBuckets? exponential,
        ReadOnlySpan<SpanExemplar> exemplars)
    {
        if (partBytes > maxPartBytes)
        {
            FinishStep();
            parts.Add([]);
            partBytes = 0;
        }

        if (!resources.TryGetValue(groupIndex, out ResourceColumnsBuilder? resource))
        {
            resource = new ResourceColumnsBuilder(group, descriptive, isExplicit);
            resources.Add(groupIndex, resource);
            resourceOrder.Add(resource);
            partBytes += resource.HeadBytes;
        }

        partBytes += resource.Add(key, sumLow, sumHigh, buckets, exponential, exemplars);
    }

    /// <summary>The parts, at least one.</summary>
    public List<DeltaBlock> Finish(DeltaHeader header)
    {
        FinishStep();
        List<DeltaBlock> blocks = [];
        for (int part = 0; part < parts.Count; part++)
        {
            DeltaBlock block = new()
            {
                Format = DeltaFormat.Version,
                RulesFingerprint = header.RulesFingerprint,
                SourceTopicId = header.SourceTopicId,
                SourcePartition = (uint)header.SourcePartition,
                FromOffset = header.FromOffset,
                ToOffset = header.ToOffset,
                Part = (uint)part,
                Parts = (uint)parts.Count,
                SourcePartitionCount = (uint)header.SourcePartitionCount,
                WatermarkUnixMillis = header.WatermarkUnixMillis,
                First = header.First,
                Lost = header.Lost,
                Held = header.Held,
            };
            block.Steps.Add(parts[part]);
            blocks.Add(block);
        }

        return blocks;
    }

    private void FinishStep()
    {
        if (resourceOrder.Count == 0)
        {
            return;
        }

        DeltaStep message = new() { Step = step };
        foreach (ResourceColumnsBuilder resource in resourceOrder)
        {
            message.Resources.Add(resource.Finish());
        }

        parts[^1].Add(message);
        resources.Clear();
        resourceOrder.Clear();
    }
}
