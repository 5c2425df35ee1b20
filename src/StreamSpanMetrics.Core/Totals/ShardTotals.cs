using System.Runtime.InteropServices;
using StreamSpanMetrics.Core.Spans;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>All series of a shard with their totals, by resource and job. Changed only by closing a step (M3).</summary>
internal sealed class ShardTotals
{
    private readonly int[] dimensionCounts;
    private readonly long expirySteps;

    // A resource or job that nothing came of for so long has no series left.
    private readonly long idleSteps;
    private readonly Dictionary<byte[], ResourceTotals> resources = new(ByteKeyComparer.Instance);
    private readonly Dictionary<byte[], JobTotals> jobs = new(ByteKeyComparer.Instance);
    private readonly Dictionary<byte[], ResourceTotals>.AlternateLookup<ReadOnlySpan<byte>> resourcesBySpan;
    private readonly Dictionary<byte[], JobTotals>.AlternateLookup<ReadOnlySpan<byte>> jobsBySpan;
    private readonly List<ResourceTotals> inKeyOrder = [];
    private readonly List<JobTotals> shrunkJobs = [];
    private readonly Dictionary<int, ResourceTotals> byNumber = [];
    private readonly Dictionary<string, long> seriesByService = new(StringComparer.Ordinal);
    private long[]? chunkClosedSteps;
    private bool chunksAreByResource;
    private int nextResourceNumber;

    // Nothing expires before this step; something may at it.
    private long nextExpiryStep = long.MaxValue;

    public ShardTotals(ShardRules rules, int[] dimensionCounts)
    {
        this.dimensionCounts = dimensionCounts;
        expirySteps = rules.ExpirySteps;
        Series = new SeriesStore(rules.Histogram, dimensionCounts);
        Layout = rules.Layout;
        Schedule = new EmissionSchedule(rules);
        idleSteps = Math.Min(rules.ExpirySteps, rules.ResourceExpirySteps);
        ResourceExpiry = rules.ResourceExpirySteps == long.MaxValue ? null : new ResourceExpiry(rules.ResourceExpirySteps);
        if (Schedule.IsSparse)
        {
            Calendar = new DueCalendar(Series, Schedule, expirySteps);
            Due = new StepDue(this, Calendar);
        }

        if (Schedule.IsSparse && !Schedule.IsDelta)
        {
            Gaps = new GapTotals(Series, new SeriesStore(rules.Histogram, dimensionCounts));
        }

        resourcesBySpan = resources.GetAlternateLookup<ReadOnlySpan<byte>>();
        jobsBySpan = jobs.GetAlternateLookup<ReadOnlySpan<byte>>();
        Exemplars = new StepExemplars(rules.MaxExemplars);
        Merge = new StepMerge(this);
        End = new StepEnd(this);
    }

    public SeriesStore Series { get; }

    /// <summary>Families and their dimensions.</summary>
    public SeriesLayout Layout { get; }

    /// <summary>At which steps a series has points.</summary>
    public EmissionSchedule Schedule { get; }

    /// <summary>Ends whole resources; null where they end with their last series only.</summary>
    public ResourceExpiry? ResourceExpiry { get; }

    /// <summary>Which series are due when; null where all of them are at every step.</summary>
    public DueCalendar? Calendar { get; }

    /// <summary>The series due at the step that is closing; null where all of them are at every step.</summary>
    public StepDue? Due { get; }

    /// <summary>What the gap points of the step that is closing need; null where there are none.</summary>
    public GapTotals? Gaps { get; }

    /// <summary>Jobs whose agreement the step that is closing made smaller.</summary>
    public IReadOnlyList<JobTotals> ShrunkJobs => shrunkJobs;

    /// <summary>Exemplars of the step that is closing.</summary>
    public StepExemplars Exemplars { get; }

    /// <summary>The first half of closing a step: its entries are added.</summary>
    public StepMerge Merge { get; }

    /// <summary>The second half, after the emission: what has expired leaves.</summary>
    public StepEnd End { get; }

    /// <summary>Live series by name of their service.</summary>
    public IReadOnlyDictionary<string, long> SeriesByService => seriesByService;

    /// <summary>Resources in the order of their key bytes: the order of emission.</summary>
    public IReadOnlyList<ResourceTotals> Resources => inKeyOrder;

    public IReadOnlyCollection<JobTotals> Jobs => jobs.Values;

    /// <summary>The limits on series and values of labels, by step.</summary>
    public SeriesLimits Limits { get; } = new();

    public bool IsEmpty => resources.Count == 0 && jobs.Count == 0;

    /// <summary>Series that ended since this process began.</summary>
    public long ExpiredSeries { get; private set; }

    /// <summary>Whether some restored chunks already contain steps that the replay has yet to close (S3).</summary>
    public bool IsAheadOfReplay => chunkClosedSteps is not null;

    /// <summary>Whether a series ends with the step that is closing, where <see cref="Due"/> was asked.</summary>
    public bool AnyEnding => Due?.AnyEnding == true;

    /// <summary>Number of families under the rules.</summary>
    public int FamilyCount => dimensionCounts.Length;

    /// <summary>Dimensions of a family under the rules.</summary>
    public int DimensionCount(int family) => dimensionCounts[family];

    /// <summary>Whether a series ends with this step (P-2).</summary>
    public bool IsExpired(int slot, long step) => step >= EndOf(slot);

    /// <summary>The step with which a series ends if nothing comes; <see cref="long.MaxValue"/> if it never does.</summary>
    public long EndOf(int slot)
    {
        long end = Later(Series.LastChangeStep(slot), expirySteps);
        if (ResourceExpiry is null)
        {
            return end;
        }

        ResourceTotals resource = ResourceOf(slot);
        int chunk = chunkClosedSteps is null
            ? 0
            : ChunkOfSeries(Series.Hash(slot), resource.Hash, chunksAreByResource, chunkClosedSteps.Length);
        return Math.Min(end, Later(ResourceExpiry.LastSeen(resource, chunk), ResourceExpiry.Steps));
    }

    /// <summary>
    /// A step before which nothing here expires if nothing changes; <see cref="long.MaxValue"/> if nothing ever does. At that step
    /// something may, or only looks as if it might: closing it tells.
    /// </summary>
    public long NextExpiryStep() => idleSteps == long.MaxValue ? long.MaxValue : nextExpiryStep;

    /// <summary>The next step behind a closed one that has to be closed for itself, the first open step being given (T6).</summary>
    public long NextStep(long closedStep, long firstOpen)
    {
        if (Calendar is null)
        {
            return IsEmpty ? firstOpen : closedStep + 1;
        }

        long next = Math.Min(Calendar.NextDue(closedStep), NextExpiryStep());
        next = Math.Min(next, ResourceExpiry?.NextEnd(closedStep) ?? long.MaxValue);
        return Math.Min(firstOpen, closedStep == ShardState.NoStep ? next : Math.Max(next, closedStep + 1));
    }

    /// <summary>Whether anything can expire with this step.</summary>
    public bool MayExpire(long step) => idleSteps != long.MaxValue && step >= nextExpiryStep;

    /// <summary>Says that something has changed in a step.</summary>
    public void NoteChange(long step) => nextExpiryStep = Math.Min(nextExpiryStep, Later(step, idleSteps));

    /// <summary>Says what ends next, as seen by looking at all that is left; <see cref="long.MaxValue"/> if nothing is.</summary>
    public void NoteNextEnd(long step) => nextExpiryStep = step;

    /// <summary>When a resource or job ends that changed last in a step; <see cref="long.MaxValue"/> where it never did.</summary>
    public long EndOfIdle(long lastChangeStep) => lastChangeStep == JobTotals.NoStep ? long.MaxValue : Later(lastChangeStep, idleSteps);

    /// <summary>
    /// Ends a resource whose expired series have left, if nothing holds it. It stays in the list of resources until <see cref="EndJobs"/>.
    /// </summary>
    public bool EndResource(ResourceTotals resource, long step)
    {
        if (HasExpired(resource.LastChangeStep, step))
        {
            resource.LastChangeStep = JobTotals.NoStep;
        }

        if (resource.SlotsInKeyOrder.Count > 0 || resource.LastChangeStep != JobTotals.NoStep)
        {
            return false;
        }

        resource.Job.ResourceCount--;
        resource.HasEnded = true;
        resources.Remove(resource.Key);
        byNumber.Remove(resource.Number);
        return true;
    }

    /// <summary>Ends jobs, and takes ended resources from the list if there are any.</summary>
    /// <param name="step">The step.</param>
    /// <param name="anyResourceEnded">Whether a resource ended.</param>
    /// <param name="work">Lowered by the jobs.</param>
    /// <returns>When the next job ends that stays; <see cref="long.MaxValue"/> if there is none.</returns>
    public long EndJobs(long step, bool anyResourceEnded, ref int work)
    {
        if (anyResourceEnded)
        {
            inKeyOrder.RemoveAll(static resource => resource.HasEnded);
        }

        long next = long.MaxValue;
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

            next = Math.Min(next, EndOfIdle(job.LastChangeStep));
        }

        work -= jobs.Count;
        foreach (JobTotals job in ended)
        {
            jobs.Remove(job.Key);
        }

        return next;
    }

    /// <summary>Counts series that a job got, or lost where the number is negative.</summary>
    public void CountSeries(JobTotals job, int more)
    {
        if (more == 0)
        {
            return;
        }

        ExpiredSeries -= Math.Min(0, more);
        string service = job.ServiceName.Text ?? "";
        long count = seriesByService.GetValueOrDefault(service) + more;
        if (count == 0)
        {
            seriesByService.Remove(service);
        }
        else
        {
            seriesByService[service] = count;
        }
    }

    /// <summary>Joins what a resource says of its job into what the job's resources agree on (P-4).</summary>
    public void Agree(JobTotals job, AttributeValue[] descriptive, long step)
    {
        if (job.Agree(descriptive, step))
        {
            shrunkJobs.Add(job);
        }
    }

    /// <summary>Says that a step has ended.</summary>
    public void Ended(long step)
    {
        foreach (JobTotals job in shrunkJobs)
        {
            job.PreviousDescriptive = null;
        }

        shrunkJobs.Clear();
        Due?.Clear();
        Gaps?.Clear();
        Exemplars.Closing?.Clear();
        JumpTo(step);
    }

    /// <summary>Declares up to which step each chunk of a restored set contains its series (S3).</summary>
    public void SetChunkClosedSteps(long[] closedSteps, long closedStep, bool byResource)
    {
        chunksAreByResource = byResource;
        chunkClosedSteps = closedSteps;
        JumpTo(closedStep);
    }

    /// <summary>Leaves the state in which steps were jumped over without closing one by one.</summary>
    public void JumpTo(long closedStep)
    {
        if (chunkClosedSteps is not null && closedStep >= Max(chunkClosedSteps))
        {
            chunkClosedSteps = null;
            ResourceExpiry?.JoinRestored(byNumber);
        }
    }

    /// <summary>Chunk of a set to which a series belongs: by its resource where all series of one must lie together (a limit on series).</summary>
    public static int ChunkOfSeries(ulong hash, ulong resourceHash, bool byResource, int chunks) => ChunkOf(byResource ? resourceHash : hash, chunks);

    /// <summary>Chunk of a set with <paramref name="chunks"/> chunks (a power of two) to which a job belongs.</summary>
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

    public ResourceTotals? FindResource(ReadOnlySpan<byte> key) =>
        resourcesBySpan.TryGetValue(key, out ResourceTotals? resource) ? resource : null;

    /// <summary>The resource of a series.</summary>
    public ResourceTotals ResourceOf(int slot) => byNumber[Series.Resource(slot)];

    public ResourceTotals FindOrAddResource(byte[] key, JobTotals job, AttributeValue[] identity)
    {
        if (!resources.TryGetValue(key, out ResourceTotals? resource))
        {
            resource = new ResourceTotals(nextResourceNumber++, key, job, [.. identity]);
            resources.Add(key, resource);
            byNumber.Add(resource.Number, resource);
            if (Calendar is not null)
            {
                ResourceExpiry?.Add(resource);
            }

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
            CollectionsMarshal.AsSpan(resource.SlotsInKeyOrder).Sort(new SlotKeyOrder(Series));
        }
    }

    /// <summary>Whether a restored chunk contains a series as of this step already (S3).</summary>
    public bool IsContained(ulong hash, ulong resourceHash, long step) =>
        chunkClosedSteps is not null
        && step <= chunkClosedSteps[ChunkOfSeries(hash, resourceHash, chunksAreByResource, chunkClosedSteps.Length)];

    private bool HasExpired(long lastChangeStep, long step) =>
        lastChangeStep != JobTotals.NoStep && step - lastChangeStep >= idleSteps;

    /// <summary>Whether a restored chunk contains a job as of this step already (S3).</summary>
    public bool IsContained(ulong hash, long step) =>
        chunkClosedSteps is not null && step <= chunkClosedSteps[ChunkOf(hash, chunkClosedSteps.Length)];

    private static long Later(long step, long steps) => step > long.MaxValue - steps ? long.MaxValue : step + steps;

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
