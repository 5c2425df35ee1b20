namespace StreamSpanMetrics.Core.Tests.Support;

/// <summary>What was counted for one series in one step.</summary>
internal sealed class SeriesCount(int bucketCount)
{
    /// <summary>Sum of durations in nanoseconds.</summary>
    public UInt128 Sum { get; set; }

    /// <summary>Counts per bucket; the first alone where there is no histogram.</summary>
    public ulong[] Buckets { get; } = new ulong[bucketCount];

    /// <inheritdoc/>
    public override string ToString() => $"{Sum} ns in {string.Join(',', Buckets)}";
}
