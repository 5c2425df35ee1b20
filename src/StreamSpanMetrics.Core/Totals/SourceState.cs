using Google.Protobuf;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>How far a shard has got with one partition of the source topic (M2, T1).</summary>
/// <param name="ExpectedOffset">First source offset not covered; <see cref="Unknown"/> before the first block of a later partition.</param>
/// <param name="ExpectedPart">First part not applied of the block that starts there.</param>
/// <param name="ClockUnixMillis">Maximum watermark of all blocks; <see cref="NoClock"/> before the first.</param>
/// <param name="TopicId">Id of the source topic, empty where the broker has none.</param>
public readonly record struct SourceState(long ExpectedOffset, uint ExpectedPart, long ClockUnixMillis, ByteString TopicId)
{
    /// <summary>Expected offset of a partition that is known by the partition count only.</summary>
    public const long Unknown = -1;

    /// <summary>Clock of a partition without a block.</summary>
    public const long NoClock = long.MinValue;

    /// <summary>Whether the control record or a first block introduced the partition.</summary>
    public bool IsKnown => ExpectedOffset != Unknown;
}
