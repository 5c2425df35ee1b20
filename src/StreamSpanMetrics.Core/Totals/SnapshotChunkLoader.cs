using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>Puts the contents of snapshot chunks into empty totals.</summary>
internal sealed class SnapshotChunkLoader
{
    private readonly ShardTotals totals;
    private readonly ColumnsOpener columns;
    private readonly bool byResource;
    private readonly ResourceKeyWriter keyWriter = new();

    public SnapshotChunkLoader(ShardTotals totals, ShardRules rules, bool byResource)
    {
        this.byResource = byResource;
        this.totals = totals;
        columns = new ColumnsOpener(rules.Histogram, rules.DimensionCounts(), hasOverflow: true);
    }

    /// <summary>Loads one chunk; false if it contradicts itself or a chunk before it.</summary>
    public bool TryLoad(SnapshotChunk chunk)
    {
        // Chunks are of about equal size, so the first one tells what is to come; not where they are by resource.
        if (chunk.Chunk == 0 && !byResource)
        {
            long series = 0;
            foreach (SnapshotResource resource in chunk.Resources)
            {
                series += resource.FirstSteps.Count;
            }

            totals.Series.Reserve(series * chunk.Chunks);
        }

        foreach (SnapshotJob job in chunk.Jobs)
        {
            LoadJob(job);
        }

        foreach (SnapshotResource resource in chunk.Resources)
        {
            int entries = resource.Series?.Counts.Count ?? 0;
            if (resource.FirstSteps.Count != entries || resource.LastChangeSteps.Count != entries || !TryLoadSeries(chunk, resource))
            {
                return false;
            }
        }

        return true;
    }

    private void LoadJob(SnapshotJob message)
    {
        foreach (SnapshotJobResource entry in message.Resources)
        {
            AttributeValue[] identity = AttributeValue.ListFrom(entry.Identity);
            ResourceTotals resource = FindOrAdd(message.ServiceNamespace, message.ServiceName, identity);
            resource.JoinKinds(identity, entry.LastChangeStep);
            NoteChange(entry.LastChangeStep);
            if (resource.Job.LastChangeStep == JobTotals.NoStep)
            {
                long shrunkStep = message.HasShrunkStep ? message.ShrunkStep : JobTotals.NoStep;
                resource.Job.Restore(AttributeValue.ListFrom(message.Descriptive), message.LastChangeStep, shrunkStep);
                NoteChange(message.LastChangeStep);
            }
        }
    }

    private bool TryLoadSeries(SnapshotChunk chunk, SnapshotResource message)
    {
        AttributeValue[] identity = AttributeValue.ListFrom(message.Identity);
        ResourceTotals resource = FindOrAdd(message.ServiceNamespace, message.ServiceName, identity);
        if (message.HasLastSeenStep)
        {
            totals.ResourceExpiry?.Restore(resource, (int)chunk.Chunk, message.LastSeenStep);
        }

        SeriesColumnsReader entries = columns.Open(message.Series);
        SeriesStore series = totals.Series;
        for (int entry = 0; entries.MoveNext(); entry++)
        {
            ulong hash = ByteHash.Of(entries.Key, resource.Hash);
            if (ShardTotals.ChunkOfSeries(hash, resource.Hash, byResource, (int)chunk.Chunks) != chunk.Chunk ||
                series.TryFind(hash, resource.Number, entries.Key, out _))
            {
                return false;
            }

            int slot = series.Add(hash, resource.Number, entries.Key, entries.Kinds);
            series.SpanCount(slot) = entries.Count;
            series.SumNanos(slot) = entries.SumNanos;
            entries.AddHistogram(series, slot);
            series.FirstStep(slot) = message.FirstSteps[entry];
            series.LastChangeStep(slot) = message.LastChangeSteps[entry];
            NoteChange(series.LastChangeStep(slot));
            totals.Calendar?.Add(slot);
            resource.SlotsInKeyOrder.Add(slot);
        }

        totals.CountSeries(resource.Job, message.FirstSteps.Count);
        return !entries.IsMalformed;
    }

    private void NoteChange(long step)
    {
        if (step != JobTotals.NoStep)
        {
            totals.NoteChange(step);
        }
    }

    private ResourceTotals FindOrAdd(
        Schemas.V1.Attribute? serviceNamespace, Schemas.V1.Attribute? serviceName, AttributeValue[] identity)
    {
        AttributeValue jobNamespace = AttributeValue.From(serviceNamespace);
        AttributeValue jobName = AttributeValue.From(serviceName);
        ReadOnlySpan<byte> key = keyWriter.Write(jobNamespace, jobName, identity);
        if (totals.FindResource(key) is ResourceTotals known)
        {
            return known;
        }

        JobTotals job = totals.FindOrAddJob(key[..keyWriter.JobLength], jobNamespace, jobName);
        return totals.FindOrAddResource(key.ToArray(), job, identity);
    }
}
