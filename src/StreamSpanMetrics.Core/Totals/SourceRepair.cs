using Google.Protobuf;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>
/// A repair of a source partition of one shard (M2): what happens where the shard expects a place and is given something that does not
/// fit. Either the range up to <see cref="ToOffset"/> is given up, or it is in <see cref="Blocks"/>.
/// </summary>
public sealed record SourceRepair
{
    /// <summary>The source partition.</summary>
    public required uint Partition { get; init; }

    /// <summary>Offset that the shard expects there; <see cref="SourceState.Unknown"/> for a partition without a block so far.</summary>
    public required long FromOffset { get; init; }

    /// <summary>Part that it expects.</summary>
    public uint FromPart { get; init; }

    /// <summary>Offset that it expects from then on.</summary>
    public required long ToOffset { get; init; }

    /// <summary>Id of the source topic from then on.</summary>
    public required ByteString TopicId { get; init; }

    /// <summary>Blocks that cover the range; empty if it is given up.</summary>
    public IReadOnlyList<DeltaBlock> Blocks { get; init; } = [];

    /// <summary>When it was decided, in milliseconds since 1970. Only told.</summary>
    public long WrittenUnixMillis { get; init; }

    /// <summary>Whether the range is given up.</summary>
    public bool IsGivenUp => Blocks.Count == 0;
}
