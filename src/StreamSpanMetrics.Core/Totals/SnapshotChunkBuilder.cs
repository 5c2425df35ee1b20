using Google.Protobuf;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>
/// Writes one snapshot chunk from the totals as they are (S3, S4), some series at a time. The totals must not change meanwhile, so no
/// step may close.
/// </summary>
internal sealed class SnapshotChunkBuilder
{
    // Most series belong to other chunks, and to see that is cheap.
    private const int SeenPerWork = 8;
    private const int WrittenWork = 4;

    // Of the numbers of a series beside key and buckets, and of a bucket that is not empty.
    private const int MaxNumberBytes = 80;
    private const int MaxBucketBytes = 20;

    private readonly ShardState state;
    private readonly SnapshotSet set;
    private readonly int maxPartBytes;
    private readonly List<byte[]> parts = [];
    private readonly int chunk;
    private readonly int chunks;
    private readonly Dictionary<JobTotals, SnapshotJob> jobs = [];
    private readonly ArrayBuffer keys = new();
    private readonly ArrayBuffer resources = new();
    private SnapshotChunk head;
    private SnapshotResource? entry;
    private long partBytes;
    private int resourceAt;
    private int slotAt;

    /// <summary>A chunk of a set, of which nothing is written yet.</summary>
    /// <param name="state">The totals.</param>
    /// <param name="set">The set.</param>
    /// <param name="chunk">Number of the chunk.</param>
    /// <param name="maxPartBytes">Bytes of a record of a chunk by resource: what is more goes to another record.</param>
    public SnapshotChunkBuilder(ShardState state, SnapshotSet set, int chunk, int maxPartBytes)
    {
        this.state = state;
        this.set = set;
        this.chunk = chunk;
        this.maxPartBytes = maxPartBytes;
        chunks = (int)set.Chunks;
        head = NewHead();
    }

    /// <summary>Goes on; true when all series have been looked at.</summary>
    /// <param name="work">Series that may still be written; lowered by those that were.</param>
    public bool Continue(ref int work)
    {
        for (; resourceAt < state.Resources.Count; resourceAt++)
        {
            if (work <= 0)
            {
                return false;
            }

            ResourceTotals resource = state.Resources[resourceAt];
            // Resources come in key order, so jobs come in the order of their first resource: always the same bytes.
            if (slotAt == 0 && ShardTotals.ChunkOf(resource.Job.Hash, chunks) == chunk)
            {
                AddJobResource(resource);
            }

            if (!AddSeries(resource, ref work))
            {
                return false;
            }

            EndResource();
        }

        return true;
    }

    /// <summary>The records of the chunk once all series have been looked at: one, unless it is by resource.</summary>
    public IReadOnlyList<byte[]> Records()
    {
        EndPart();
        return parts;
    }

    private SnapshotChunk NewHead() => new()
    {
        Format = StateFormat.Newest,
        RulesFingerprint = state.Rules.RulesFingerprint,
        Shard = (uint)state.Rules.Shard,
        SetNumber = set.Number,
        Chunk = (uint)chunk,
        Chunks = set.Chunks,
        ClosedStep = state.ClosedStep,
        Part = (uint)parts.Count,
    };

    // With its checksum: a protobuf message may be put together from its fields, as they stand in it.
    private void EndPart()
    {
        EndEntry();
        parts.Add(StateSeal.Seal(head, resources.Written));
        resources.Clear();
        jobs.Clear();
        head = NewHead();
        partBytes = 0;
    }

    // What comes next of a chunk by resource goes to another record if this one is full.
    private void MakeRoom(long bytes)
    {
        if (!set.ByResource)
        {
            return;
        }

        if (partBytes > 0 && partBytes + bytes > maxPartBytes)
        {
            EndPart();
        }

        partBytes += bytes;
    }

    private void AddJobResource(ResourceTotals resource)
    {
        JobTotals job = resource.Job;
        MakeRoom(JobBytes(job) + (2L * resource.Key.Length) + MaxNumberBytes);
        if (!jobs.TryGetValue(job, out SnapshotJob? jobMessage))
        {
            jobMessage = new SnapshotJob
            {
                ServiceNamespace = job.ServiceNamespace.ToMessage(),
                ServiceName = job.ServiceName.ToMessage(),
                LastChangeStep = job.LastChangeStep,
            };
            AddAttributes(jobMessage.Descriptive, job.AgreedDescriptive);
            if (state.Totals.Schedule.IsSparse && job.ShrunkStep != JobTotals.NoStep)
            {
                jobMessage.ShrunkStep = job.ShrunkStep;
            }

            jobs.Add(job, jobMessage);
            head.Jobs.Add(jobMessage);
        }

        SnapshotJobResource resourceMessage = new() { LastChangeStep = resource.LastChangeStep };
        AddAttributes(resourceMessage.Identity, resource.IdentityValues);
        jobMessage.Resources.Add(resourceMessage);
    }

    private bool AddSeries(ResourceTotals resource, ref int work)
    {
        SeriesStore series = state.Totals.Series;
        List<int> slots = resource.SlotsInKeyOrder;
        int end = (int)Math.Min(slots.Count, slotAt + ((long)work * SeenPerWork));
        work -= 1 + ((end - slotAt) / SeenPerWork);
        for (; slotAt < end; slotAt++)
        {
            int slot = slots[slotAt];
            if (ShardTotals.ChunkOfSeries(series.Hash(slot), resource.Hash, set.ByResource, chunks) == chunk)
            {
                MakeRoom(SeriesBytes(series, slot) + (entry is null ? (2L * resource.Key.Length) + MaxNumberBytes : 0));
                entry ??= NewEntry(resource);
                AddSeries(series, slot, entry);
                work -= WrittenWork;
            }
        }

        return slotAt == slots.Count;
    }

    private void AddSeries(SeriesStore series, int slot, SnapshotResource target)
    {
        AddKey(series, slot, keys);
        target.Series.Counts.Add(series.SpanCount(slot));
        UInt128 sum = series.SumNanos(slot);
        target.Series.SumLow.Add((ulong)sum);
        target.Series.SumHigh.Add((ulong)(sum >> 64));
        AddBuckets(series, slot, target.Series);
        target.FirstSteps.Add(series.FirstStep(slot));
        target.LastChangeSteps.Add(series.LastChangeStep(slot));
    }

    private void EndResource()
    {
        slotAt = 0;
        EndEntry();
    }

    private void EndEntry()
    {
        if (entry is null)
        {
            return;
        }

        entry.Series.Keys = ByteString.CopyFrom(keys.Written);
        SnapshotChunk field = new() { Resources = { entry } };
        int size = field.CalculateSize();
        field.WriteTo(resources.Reserve(size)[..size]);
        resources.Advance(size);
        entry = null;
        keys.Clear();
    }

    private SnapshotResource NewEntry(ResourceTotals resource)
    {
        SnapshotResource entry = new()
        {
            ServiceNamespace = resource.Job.ServiceNamespace.ToMessage(),
            ServiceName = resource.Job.ServiceName.ToMessage(),
            Series = new SeriesColumns(),
        };
        AddAttributes(entry.Identity, resource.IdentityValues);
        if (state.Totals.ResourceExpiry is not null)
        {
            entry.LastSeenStep = resource.LastSeenStep;
        }

        return entry;
    }

    private static void AddKey(SeriesStore series, int slot, ArrayBuffer keys)
    {
        ReadOnlySpan<byte> key = series.Key(slot);
        Span<byte> space = keys.Reserve(key.Length + SeriesKeyCodec.MaxVarintBytes);
        int header = SeriesKeyCodec.WriteVarint(space, (ulong)key.Length);
        ReadOnlySpan<byte> kinds = series.IsOverflow(slot) ? [] : series.Kinds(slot);
        keys.Advance(header + SeriesKeyCodec.WriteKey(space[header..], key, kinds));
    }

    // At most; not exact, as the sizes of numbers are not.
    private static long SeriesBytes(SeriesStore series, int slot)
    {
        ReadOnlySpan<byte> key = series.Key(slot);
        int buckets = 0;
        if (SeriesLayout.HasHistogram(SeriesKeyCodec.Family(key)))
        {
            buckets = Used(series.Buckets(slot)) + (series.IsExponential ? Used(series.Exponential(slot).Counts) : 0);
        }

        return key.Length + MaxNumberBytes + ((long)buckets * MaxBucketBytes);
    }

    private static int Used(ReadOnlySpan<ulong> counts) => counts.Length - counts.Count(0UL) + (counts.Length / 64);

    private static long JobBytes(JobTotals job)
    {
        long bytes = MaxNumberBytes;
        foreach (AttributeValue attribute in job.AgreedDescriptive)
        {
            bytes += attribute.ToMessage().CalculateSize() + SeriesKeyCodec.MaxVarintBytes;
        }

        return bytes;
    }

    private static void AddBuckets(SeriesStore series, int slot, SeriesColumns columns)
    {
        if (!SeriesLayout.HasHistogram(SeriesKeyCodec.Family(series.Key(slot))))
        {
            return;
        }

        if (series.IsExponential)
        {
            ExponentialColumnsCodec.Add(columns.Exponential ??= new ExponentialColumns(), series.Exponential(slot));
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
