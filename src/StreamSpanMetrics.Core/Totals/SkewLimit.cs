using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>
/// How far in stream time source partitions may be read (A7): some steps beyond the slowest of all, so that merge never holds more open
/// steps than that, however differently partitions drain. Not thread-safe.
/// </summary>
public sealed class SkewLimit
{
    /// <summary>The limit while nothing is known: none.</summary>
    public const long NoLimit = long.MaxValue;

    private readonly long intervalMillis;
    private readonly long aheadMillis;

    /// <summary>A limit of <paramref name="maxSteps"/> steps of <paramref name="intervalMillis"/>.</summary>
    public SkewLimit(long intervalMillis, int maxSteps)
    {
        this.intervalMillis = intervalMillis;
        aheadMillis = intervalMillis * maxSteps;
    }

    /// <summary>Watermarks beyond this wait; milliseconds since 1970.</summary>
    public long LimitMillis { get; private set; } = NoLimit;

    /// <summary>
    /// Up to here partitions that wait may go on: half of the way to the limit. Going on costs a new fetch, so it must be worth more than
    /// the few records until the limit.
    /// </summary>
    public long ReleaseMillis { get; private set; } = NoLimit;

    /// <summary>
    /// Moves the limit. A partition stands where the most advanced of what is known says, and never behind the last step that all
    /// shards have closed: merge has given up on what is older (T4). While nobody knows a partition's watermark the limit stays.
    /// </summary>
    /// <param name="progress">Newest progress records, at most one per shard.</param>
    /// <param name="shards">Number of shards.</param>
    /// <param name="ownMillis">Watermarks of partitions that the caller reads itself and that have one.</param>
    /// <param name="partitions">Number of source partitions.</param>
    public void Update(
        IReadOnlyCollection<ProgressRecord> progress, int shards, IReadOnlyDictionary<int, long> ownMillis, int partitions)
    {
        long[] clocks = new long[partitions];
        Array.Fill(clocks, ClosedByAll(progress, shards));
        foreach (ProgressRecord record in progress)
        {
            foreach (SourcePosition source in record.Sources)
            {
                Lift(clocks, (int)source.Partition, source.ClockUnixMillis);
            }
        }

        foreach ((int partition, long own) in ownMillis)
        {
            Lift(clocks, partition, own);
        }

        long slowestKnown = long.MaxValue;
        bool allKnown = true;
        foreach (long clock in clocks)
        {
            bool known = clock != SourceState.NoClock;
            allKnown &= known;
            slowestKnown = known ? Math.Min(slowestKnown, clock) : slowestKnown;
        }

        if (slowestKnown != long.MaxValue && (allKnown || LimitMillis == NoLimit))
        {
            LimitMillis = slowestKnown + aheadMillis;
            ReleaseMillis = slowestKnown + (aheadMillis / 2);
        }
    }

    private static void Lift(long[] clocks, int partition, long clock)
    {
        if ((uint)partition < (uint)clocks.Length)
        {
            clocks[partition] = Math.Max(clocks[partition], clock);
        }
    }

    private long ClosedByAll(IReadOnlyCollection<ProgressRecord> progress, int shards)
    {
        if (progress.Count < shards)
        {
            return SourceState.NoClock;
        }

        long closed = long.MaxValue;
        foreach (ProgressRecord record in progress)
        {
            closed = Math.Min(closed, record.ClosedStep);
        }

        return closed == ShardState.NoStep ? SourceState.NoClock : (closed + 1) * intervalMillis;
    }
}
