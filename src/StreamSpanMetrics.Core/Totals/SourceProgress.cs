namespace StreamSpanMetrics.Core.Totals;

/// <summary>How far the processing of one source partition is, as far as one shard and the group offsets show it.</summary>
public readonly record struct SourceProgress
{
    /// <summary>Number of the source partition.</summary>
    public int Partition { get; init; }

    /// <summary>Watermark of the partition in the shard, in milliseconds; <see cref="SourceState.NoClock"/> before the first block.</summary>
    public long ClockUnixMillis { get; init; }

    /// <summary>Records that are not aggregated yet, at least 0.</summary>
    public long WaitForAggregate { get; init; }

    /// <summary>Source offsets that are aggregated, but not yet merged into this shard, at least 0.</summary>
    public long WaitForMerge { get; init; }

    /// <summary>Whether a worker owns the partition.</summary>
    public bool IsOwned { get; init; }

    /// <summary>Whether records came in while somebody watched.</summary>
    public bool RecordsArrive { get; init; }
}
