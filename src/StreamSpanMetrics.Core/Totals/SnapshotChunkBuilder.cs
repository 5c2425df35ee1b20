using Google.Protobuf;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>Builds the message of one snapshot chunk from the totals as they are now (S3, S4).</summary>
internal static class SnapshotChunkBuilder
{
    /// <summary>A chunk without its checksum.</summary>
    public static SnapshotChunk Build(ShardState state, SnapshotSet set, int chunk)
    {
        SnapshotChunk message = new()
        {
            Format = StateFormat.Newest,
            RulesFingerprint = state.Rules.RulesFingerprint,
            Shard = (uint)state.Rules.Shard,
            SetNumber = set.Number,
            Chunk = (uint)chunk,
            Chunks = set.Chunks,
            ClosedStep = state.ClosedStep,
        };
        int chunks = (int)set.Chunks;
        Dictionary<JobTotals, SnapshotJob> jobs = [];
        ArrayBuffer keys = new();
        foreach (ResourceTotals resource in state.Resources)
        {
            // Resources come in key order, so jobs come in the order of their first resource: always the same bytes.
            if (ShardTotals.ChunkOf(resource.Job.Hash, chunks) == chunk)
            {
                AddJobResource(message, jobs, resource);
            }

            AddSeries(state.Totals.Series, message, resource, chunk, keys);
        }

        return message;
    }

    private static void AddJobResource(SnapshotChunk message, Dictionary<JobTotals, SnapshotJob> jobs, ResourceTotals resource)
    {
        JobTotals job = resource.Job;
        if (!jobs.TryGetValue(job, out SnapshotJob? jobMessage))
        {
            jobMessage = new SnapshotJob
            {
                ServiceNamespace = job.ServiceNamespace.ToMessage(),
                ServiceName = job.ServiceName.ToMessage(),
                LastChangeStep = job.LastChangeStep,
            };
            AddAttributes(jobMessage.Descriptive, job.AgreedDescriptive);
            jobs.Add(job, jobMessage);
            message.Jobs.Add(jobMessage);
        }

        SnapshotJobResource entry = new() { LastChangeStep = resource.LastChangeStep };
        AddAttributes(entry.Identity, resource.IdentityValues);
        jobMessage.Resources.Add(entry);
    }

    private static void AddSeries(SeriesStore series, SnapshotChunk message, ResourceTotals resource, int chunk, ArrayBuffer keys)
    {
        SnapshotResource? entry = null;
        keys.Clear();
        foreach (int slot in resource.SlotsInKeyOrder)
        {
            if (ShardTotals.ChunkOf(series.Hash(slot), (int)message.Chunks) != chunk)
            {
                continue;
            }

            entry ??= NewEntry(resource);
            AddKey(series, slot, keys);
            entry.Series.Counts.Add(series.SpanCount(slot));
            UInt128 sum = series.SumNanos(slot);
            entry.Series.SumLow.Add((ulong)sum);
            entry.Series.SumHigh.Add((ulong)(sum >> 64));
            AddBuckets(series, slot, entry.Series);
            entry.FirstSteps.Add(series.FirstStep(slot));
            entry.LastChangeSteps.Add(series.LastChangeStep(slot));
        }

        if (entry is not null)
        {
            entry.Series.Keys = ByteString.CopyFrom(keys.Written);
            message.Resources.Add(entry);
        }
    }

    private static SnapshotResource NewEntry(ResourceTotals resource)
    {
        SnapshotResource entry = new()
        {
            ServiceNamespace = resource.Job.ServiceNamespace.ToMessage(),
            ServiceName = resource.Job.ServiceName.ToMessage(),
            Series = new SeriesColumns(),
        };
        AddAttributes(entry.Identity, resource.IdentityValues);
        return entry;
    }

    private static void AddKey(SeriesStore series, int slot, ArrayBuffer keys)
    {
        ReadOnlySpan<byte> key = series.Key(slot);
        Span<byte> space = keys.Reserve(key.Length + SeriesKeyCodec.MaxVarintBytes);
        int header = SeriesKeyCodec.WriteVarint(space, (ulong)key.Length);
        keys.Advance(header + SeriesKeyCodec.WriteKey(space[header..], key, series.Kinds(slot)));
    }

    private static void AddBuckets(SeriesStore series, int slot, SeriesColumns columns)
    {
        if (!SeriesLayout.HasHistogram(SeriesKeyCodec.Family(series.Key(slot))))
        {
            return;
        }

        ReadOnlySpan<ulong> buckets = series.Buckets(slot);
        for (int start = 0; start < buckets.Length; start += 64)
        {
            ulong mask = 0;
            for (int bucket = start; bucket < Math.Min(buckets.Length, start + 64); bucket++)
            {
                if (buckets[bucket] != 0)
                {
                    mask |= 1UL << (bucket - start);
                    columns.BucketCounts.Add(buckets[bucket]);
                }
            }

            columns.BucketMasks.Add(mask);
        }
    }

    private static void AddAttributes(
        Google.Protobuf.Collections.RepeatedField<Schemas.V1.Attribute> target, IReadOnlyList<AttributeValue> attributes)
    {
        foreach (AttributeValue attribute in attributes)
        {
            target.Add(attribute.ToMessage());
        }
    }
}
