namespace StreamSpanMetrics.Core.Totals;

/// <summary>What the oldest open step of a shard waits for.</summary>
/// <param name="Partition">The source partition with the oldest watermark; -1 without partitions.</param>
/// <param name="Reason">Why its watermark is so old.</param>
public readonly record struct StepHold(int Partition, HoldReason Reason)
{
    /// <summary>
    /// Finds the partition that holds the step back: the one with the oldest watermark (T4). Where several have the same one, it is the
    /// one with more records before it, then the first.
    /// </summary>
    /// <param name="sources">All source partitions.</param>
    /// <param name="shardIsOwned">Whether a worker merges the shard.</param>
    /// <param name="nowUnixMillis">The time of the look.</param>
    /// <param name="graceMillis">How old the oldest watermark of a shard may be that works as it should.</param>
    public static StepHold Find(ReadOnlySpan<SourceProgress> sources, bool shardIsOwned, long nowUnixMillis, long graceMillis)
    {
        if (sources.IsEmpty)
        {
            return new StepHold(-1, HoldReason.OnTime);
        }

        SourceProgress oldest = sources[0];
        foreach (SourceProgress source in sources)
        {
            bool older = source.ClockUnixMillis < oldest.ClockUnixMillis;
            bool equal = source.ClockUnixMillis == oldest.ClockUnixMillis;
            if (older || (equal && Waiting(source) > Waiting(oldest)))
            {
                oldest = source;
            }
        }

        bool known = oldest.ClockUnixMillis != SourceState.NoClock;
        bool late = !known || nowUnixMillis - oldest.ClockUnixMillis > graceMillis;
        return new StepHold(oldest.Partition, late ? ReasonOf(oldest, shardIsOwned) : HoldReason.OnTime);
    }

    private static long Waiting(SourceProgress source) => source.WaitForAggregate + source.WaitForMerge;

    // Progress records are some seconds old, so a little is always on its way to merge: the stage with more before it is the cause.
    private static HoldReason ReasonOf(SourceProgress source, bool shardIsOwned)
    {
        if (!shardIsOwned && source.WaitForMerge > 0)
        {
            return HoldReason.ShardUnowned;
        }

        if (source.WaitForAggregate > 0 && source.WaitForAggregate >= source.WaitForMerge)
        {
            return source.IsOwned ? HoldReason.Lagging : HoldReason.Unowned;
        }

        if (source.WaitForMerge > 0)
        {
            return HoldReason.MergeLagging;
        }

        if (!source.IsOwned)
        {
            return HoldReason.IdleUnowned;
        }

        if (!shardIsOwned)
        {
            return HoldReason.ShardUnowned;
        }

        if (source.ClockUnixMillis == SourceState.NoClock)
        {
            return HoldReason.NoWatermark;
        }

        return source.RecordsArrive ? HoldReason.ClockBehind : HoldReason.StandingStill;
    }
}
