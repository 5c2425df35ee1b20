using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Commands.Views;

/// <summary>Puts progress and group lags together: which partition holds a shard's step back, and why. Pure.</summary>
internal sealed class StepHolds
{
    private readonly GroupLag aggregate;
    private readonly GroupLag merge;
    private readonly long intervalMillis;
    private readonly TimeSpan grace;
    private readonly DateTimeOffset now;

    /// <summary>Judges as of <paramref name="now"/>.</summary>
    /// <param name="aggregate">Lag of the aggregate stage.</param>
    /// <param name="merge">Lag of the merge stage.</param>
    /// <param name="intervalMillis">Length of a step.</param>
    /// <param name="grace">How old the oldest watermark may be while all works as it should.</param>
    /// <param name="now">Time of the look.</param>
    public StepHolds(GroupLag aggregate, GroupLag merge, long intervalMillis, TimeSpan grace, DateTimeOffset now)
    {
        this.aggregate = aggregate;
        this.merge = merge;
        this.intervalMillis = intervalMillis;
        this.grace = grace;
        this.now = now;
    }

    /// <summary>Source partitions to which records came during the look.</summary>
    public IReadOnlySet<int> Arriving { get; init; } = new HashSet<int>();

    /// <summary>What a shard waits for.</summary>
    public ShardLag Of(ShardProgress shard)
    {
        SourceProgress[] sources = [.. aggregate.Partitions.Select(partition => Progress(partition, shard))];
        bool isOwned = merge.Partitions.Any(partition => partition.Partition == shard.Shard && partition.Owner is not null);
        StepHold hold = StepHold.Find(sources, isOwned, now.ToUnixTimeMilliseconds(), (long)grace.TotalMilliseconds);
        SourceProgress holder = sources.FirstOrDefault(source => source.Partition == hold.Partition);
        DateTimeOffset? watermark = ViewTimes.FromMillis(holder.ClockUnixMillis);
        return new ShardLag
        {
            Shard = shard.Shard,
            ClosedStep = shard.ClosedStep == ShardState.NoStep ? null : shard.ClosedStep,
            ClosedUntil = ViewTimes.EndOfStep(shard.ClosedStep, intervalMillis),
            Watermark = watermark,
            SecondsBehind = ViewTimes.SecondsSince(watermark, now),
            HeldByPartition = hold.Partition,
            Reason = hold.Reason,
            Explanation = Explain(hold, holder),
        };
    }

    /// <summary>The source partitions, each as in the shard that is furthest back.</summary>
    public IReadOnlyList<SourceLag> Sources(IReadOnlyList<ShardProgress> shards)
    {
        List<SourceLag> sources = [];
        foreach (PartitionLag partition in aggregate.Partitions)
        {
            SourcePosition[] known = [.. shards.Select(shard => Position(shard, partition.Partition)).OfType<SourcePosition>()];
            long clock = known.Length < shards.Count || known.Length == 0 ? SourceState.NoClock : known.Min(position => position.ClockUnixMillis);
            DateTimeOffset? watermark = ViewTimes.FromMillis(clock);
            long[] offsets = [.. known.Select(position => position.ExpectedOffset).Where(offset => offset != SourceState.Unknown)];
            sources.Add(new SourceLag
            {
                Partition = partition.Partition,
                Watermark = watermark,
                WatermarkAgeSeconds = ViewTimes.SecondsSince(watermark, now),
                MergedOffset = offsets.Length == 0 ? null : offsets.Min(),
            });
        }

        return sources;
    }

    private SourceProgress Progress(PartitionLag partition, ShardProgress shard)
    {
        SourcePosition? position = Position(shard, partition.Partition);
        long merged = position is null || position.ExpectedOffset == SourceState.Unknown ? 0 : position.ExpectedOffset;
        return new SourceProgress
        {
            Partition = partition.Partition,
            ClockUnixMillis = position?.ClockUnixMillis ?? SourceState.NoClock,
            WaitForAggregate = partition.RecordsBehind,
            WaitForMerge = Math.Max(0, (partition.CommittedOffset ?? 0) - merged),
            IsOwned = partition.Owner is not null,
            RecordsArrive = Arriving.Contains(partition.Partition),
        };
    }

    private static SourcePosition? Position(ShardProgress shard, int partition) =>
        shard.Sources.FirstOrDefault(source => source.Partition == partition);

    private static string Explain(StepHold hold, SourceProgress holder) => FormattableString.Invariant(hold.Reason switch
    {
        HoldReason.Lagging => (FormattableString)$"{holder.WaitForAggregate} records wait to be aggregated",
        HoldReason.Unowned => $"{holder.WaitForAggregate} records wait, and no worker owns the partition",
        HoldReason.IdleUnowned => $"idle, and no worker owns the partition to move its watermark",
        HoldReason.NoWatermark => $"no block of the partition has come yet",
        HoldReason.StandingStill => $"read to its end by its owner, but the watermark stands still",
        HoldReason.ClockBehind => $"records come with timestamps behind those of other partitions",
        HoldReason.MergeLagging => $"{holder.WaitForMerge} source offsets are aggregated and wait to be merged",
        HoldReason.ShardUnowned => $"no worker merges the shard",
        _ => $"on time",
    });
}
