namespace StreamSpanMetrics.Simulation.Truth;

/// <summary>What a shard knows of a source partition.</summary>
internal sealed class SlowSource
{
    /// <summary>Whether the control record or a first block has named it.</summary>
    public bool IsKnown { get; set; }

    /// <summary>Next offset.</summary>
    public long Expected { get; set; }

    /// <summary>Next part.</summary>
    public uint Part { get; set; }

    /// <summary>Newest watermark in milliseconds.</summary>
    public long Clock { get; set; } = long.MinValue;
}
