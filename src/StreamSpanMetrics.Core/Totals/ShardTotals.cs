using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Spans;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>All series of a shard with their totals, by resource and job. Changed only by closing a step (M3).</summary>
internal sealed class ShardTotals
{
    private const int New = 0;
    private const int Contained = -1;

    private readonly int[] dimensionCounts;
    private readonly long expirySteps;
    private readonly Dictionary<byte[], ResourceTotals> resources = new(ByteKeyComparer.Instance);
    private readonly Dictionary<byte[], JobTotals> jobs = new(ByteKeyComparer.Instance);
    private readonly Dictionary<byte[], JobTotals>.AlternateLookup<ReadOnlySpan<byte>> jobsBySpan;
    private readonly List<ResourceTotals> inKeyOrder = [];
    private readonly List<JobTotals> shrunkJobs = [];
    private long[]? chunkClosedSteps;
    private int nextResourceNumber;

    public ShardTotals(ShardRules rules, int[] dimensionCounts)
    {
        this.dimensionCounts = dimensionCounts;
        expirySteps = rules.ExpirySteps;
        Series = new SeriesStore(rules.BucketCount, dimensionCounts);
        jobsBySpan = jobs.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public SeriesStore Series { get; }

    /// <summary>Resources in the order of their key bytes: the order of emission.</summary>
    public IReadOnlyList<ResourceTotals> Resources => inKeyOrder;

    public IReadOnlyCollection<JobTotals> Jobs => jobs.Values;

    public bool IsEmpty => resources.Count == 0 && jobs.Count == 0;

    /// <summary>Series that ended since this process began.</summary>
    public long ExpiredSeries { get; private set; }

    /// <summary>Whether some restored chunks already contain steps that the replay has yet to close (S3).</summary>
    public bool IsAheadOfReplay => chunkClosedSteps is not null;

    /// <summary>Dimensions of a family under the rules.</summary>
    public int DimensionCount(int family) => dimensionCounts[family];

    /// <summary>Whether a series ends with this step (P-2).</summary>
    public bool IsExpired(int slot, long step) => step - Series.LastChangeStep(slot) >= expirySteps;

    /// <summary>The first step in which anything here expires if nothing changes; <see cref="long.MaxValue"/> if never.</summary>
    public long NextExpiryStep()
    {
        if (expirySteps == long.MaxValue)
        {
            return long.MaxValue;
        }

        long oldest = long.MaxValue - expirySteps;
        foreach (ResourceTotals resource in inKeyOrder)
        {
            oldest = OlderChange(oldest, resource.LastChangeStep);
            foreach (int slot in resource.SlotsInKeyOrder)
            {
                oldest = Math.Min(oldest, Series.LastChangeStep(slot));
            }
        }

        foreach (JobTotals job in jobs.Values)
        {
            oldest = OlderChange(oldest, job.LastChangeStep);
        }

        return oldest + expirySteps;
    }

    /// <summary>
    /// Adds the entries of a closing step: series that have an entry are kept from expiring, then new keys are admitted in key
    /// order, then all is added. What a restored chunk contains already is left out (S3).
    /// </summary>
    public void Merge(OpenStep step, long number)
    {
        List<StepResource> stepResources = [.. step.Resources];
        stepResources.Sort(static (one, other) => one.Key.AsSpan().SequenceCompareTo(other.Key));
        int[] slots = new int[step.Series.SlotLimit];
        foreach (StepResource entry in stepResources)
        {
            Touch(step, entry, number, slots);
        }

        foreach (StepResource entry in stepResources)
        {
            Admit(step, entry, number, slots);
            foreach (int from in entry.Slots)
            {
                if (slots[from] > New)
                {
                    AddEntry(step.Series, from, slots[from] - 1);
                }
            }
        }
    }

    /// <summary>Ends a step after its emission: expired series, resources and jobs leave.</summary>
    public void Finish(long step)
    {
        foreach (JobTotals job in shrunkJobs)
        {
            job.PreviousDescriptive = null;
        }

        shrunkJobs.Clear();
        inKeyOrder.RemoveAll(resource => RemoveExpired(resource, step));
        List<JobTotals> ended = [];
        foreach (JobTotals job in jobs.Values)
        {
            if (HasExpired(job.LastChangeStep, step))
            {
                job.Forget();
            }

            if (job.LastChangeStep == JobTotals.NoStep && job.ResourceCount == 0)
            {
                ended.Add(job);
            }
        }

        foreach (JobTotals job in ended)
        {
            jobs.Remove(job.Key);
        }

        Series.CompactKeys();
        if (chunkClosedSteps is not null && step >= Max(chunkClosedSteps))
        {
            chunkClosedSteps = null;
        }
    }

    /// <summary>Declares up to which step each chunk of a restored set contains its series (S3).</summary>
    public void SetChunkClosedSteps(long[] closedSteps, long closedStep)
    {
        chunkClosedSteps = closedStep >= Max(closedSteps) ? null : closedSteps;
    }

    /// <summary>Leaves the state in which steps were jumped over without closing one by one.</summary>
    public void JumpTo(long closedStep)
    {
        if (chunkClosedSteps is not null && closedStep >= Max(chunkClosedSteps))
        {
            chunkClosedSteps = null;
        }
    }

    /// <summary>Chunk of a set with <paramref name="chunks"/> chunks (a power of two) to which a series or job belongs.</summary>
    public static int ChunkOf(ulong hash, int chunks) => (int)(hash >> 20) & (chunks - 1);

    public JobTotals FindOrAddJob(ReadOnlySpan<byte> key, AttributeValue serviceNamespace, AttributeValue serviceName)
    {
        if (!jobsBySpan.TryGetValue(key, out JobTotals? job))
        {
            job = new JobTotals(key.ToArray(), serviceNamespace, serviceName);
            jobs.Add(job.Key, job);
        }

        return job;
    }

    public ResourceTotals FindOrAddResource(byte[] key, JobTotals job, AttributeValue[] identity)
    {
        if (!resources.TryGetValue(key, out ResourceTotals? resource))
        {
            resource = new ResourceTotals(nextResourceNumber++, key, job, [.. identity]);
            resources.Add(key, resource);
            job.ResourceCount++;
            int place = inKeyOrder.BinarySearch(resource, ResourceKeyOrder.Instance);
            inKeyOrder.Insert(~place, resource);
        }

        return resource;
    }

    /// <summary>Puts the slots of all resources in key order, after a restore.</summary>
    public void SortSlots()
    {
        foreach (ResourceTotals resource in inKeyOrder)
        {
            resource.SlotsInKeyOrder.Sort(CompareKeys);
        }
    }

    private void Touch(OpenStep step, StepResource entry, long number, int[] slots)
    {
        resources.TryGetValue(entry.Key, out ResourceTotals? known);
        foreach (int from in entry.Slots)
        {
            ulong hash = step.Series.Hash(from);
            if (IsContained(hash, number))
            {
                slots[from] = Contained;
            }
            else if (known is not null && Series.TryFind(hash, known.Number, step.Series.Key(from), out int slot))
            {
                slots[from] = slot + 1;
                Series.LastChangeStep(slot) = number;
            }
        }
    }

    private void Admit(OpenStep step, StepResource entry, long number, int[] slots)
    {
        ReadOnlySpan<byte> jobKey = entry.Key.AsSpan(0, entry.JobLength);
        bool jobContained = IsContained(ByteHash.Of(jobKey), number);
        List<int> admitted = [];
        foreach (int from in entry.Slots)
        {
            if (slots[from] == New)
            {
                admitted.Add(from);
            }
        }

        if (jobContained && admitted.Count == 0)
        {
            return;
        }

        JobTotals job = FindOrAddJob(jobKey, entry.ServiceNamespace, entry.ServiceName);
        ResourceTotals resource = FindOrAddResource(entry.Key, job, entry.Identity);
        if (!jobContained)
        {
            if (job.Agree(entry.Descriptive, number))
            {
                shrunkJobs.Add(job);
            }

            resource.JoinKinds(entry.Identity, number);
        }

        if (admitted.Count > 0)
        {
            admitted.Sort((one, other) => step.Series.Key(one).SequenceCompareTo(step.Series.Key(other)));
            foreach (int from in admitted)
            {
                int slot = Series.Add(step.Series.Hash(from), resource.Number, step.Series.Key(from), step.Series.Kinds(from));
                Series.FirstStep(slot) = number;
                Series.LastChangeStep(slot) = number;
                resource.NewSlots.Add(slot);
                slots[from] = slot + 1;
            }

            MergeNewSlots(resource);
        }
    }

    private void AddEntry(SeriesStore from, int fromSlot, int slot)
    {
        Series.SpanCount(slot) += from.SpanCount(fromSlot);
        Series.SumNanos(slot) += from.SumNanos(fromSlot);
        Span<ulong> buckets = Series.Buckets(slot);
        Span<ulong> more = from.Buckets(fromSlot);
        for (int i = 0; i < more.Length; i++)
        {
            buckets[i] += more[i];
        }

        OpenStep.JoinKinds(Series.Kinds(slot), from.Kinds(fromSlot));
    }

    private void MergeNewSlots(ResourceTotals resource)
    {
        List<int> slots = resource.SlotsInKeyOrder;
        List<int> more = resource.NewSlots;
        int left = slots.Count - 1;
        int right = more.Count - 1;
        for (int i = 0; i < more.Count; i++)
        {
            slots.Add(0);
        }

        for (int place = slots.Count - 1; right >= 0; place--)
        {
            bool takeLeft = left >= 0 && CompareKeys(slots[left], more[right]) > 0;
            slots[place] = takeLeft ? slots[left--] : more[right--];
        }

        more.Clear();
    }

    private bool RemoveExpired(ResourceTotals resource, long step)
    {
        resource.SlotsInKeyOrder.RemoveAll(slot =>
        {
            if (!IsExpired(slot, step))
            {
                return false;
            }

            Series.Remove(slot);
            ExpiredSeries++;
            return true;
        });

        if (HasExpired(resource.LastChangeStep, step))
        {
            resource.LastChangeStep = JobTotals.NoStep;
        }

        if (resource.SlotsInKeyOrder.Count > 0 || resource.LastChangeStep != JobTotals.NoStep)
        {
            return false;
        }

        resource.Job.ResourceCount--;
        resources.Remove(resource.Key);
        return true;
    }

    private bool HasExpired(long lastChangeStep, long step) =>
        lastChangeStep != JobTotals.NoStep && step - lastChangeStep >= expirySteps;

    private bool IsContained(ulong hash, long step) =>
        chunkClosedSteps is not null && step <= chunkClosedSteps[ChunkOf(hash, chunkClosedSteps.Length)];

    // Family first: it is the first byte of a key.
    private int CompareKeys(int one, int other) => Series.Key(one).SequenceCompareTo(Series.Key(other));

    private static long OlderChange(long oldest, long lastChangeStep) =>
        lastChangeStep == JobTotals.NoStep ? oldest : Math.Min(oldest, lastChangeStep);

    private static long Max(long[] steps)
    {
        long max = long.MinValue;
        foreach (long step in steps)
        {
            max = Math.Max(max, step);
        }

        return max;
    }
}
