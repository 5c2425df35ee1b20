using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Stages;

/// <summary>
/// What a cut holds of one source partition. Frozen on the polling thread; its blocks are made by whoever sends the cut first, so that
/// the polling thread does not stand still for it (A6).
/// </summary>
internal sealed class CutPartition
{
    private readonly DeltaHeader header;
    private readonly DeltaAccumulator accumulator;
    private IReadOnlyList<DeltaBlock>[]? blocks;

    /// <summary>
    /// Takes <paramref name="accumulator"/> over until <see cref="Encode"/> has emptied it: nobody else may touch it before.
    /// </summary>
    public CutPartition(DeltaHeader header, DeltaAccumulator accumulator, IReadOnlyList<OutgoingRecord> deadLetters)
    {
        this.header = header;
        this.accumulator = accumulator;
        DeadLetters = deadLetters;
    }

    /// <summary>The partition.</summary>
    public int Number => header.SourcePartition;

    /// <summary>The offset to commit.</summary>
    public long ToOffset => header.ToOffset;

    /// <summary>Its dead letters.</summary>
    public IReadOnlyList<OutgoingRecord> DeadLetters { get; }

    /// <summary>
    /// Its blocks by shard. The first call makes them and empties the accumulator; later ones, when a cut goes again (A4), return the same.
    /// </summary>
    public IReadOnlyList<DeltaBlock>[] Encode(DeltaBlockBuilder builder, FrozenTables tables)
    {
        if (blocks is null)
        {
            blocks = builder.Build(tables, accumulator, header);
            accumulator.Clear();
        }

        return blocks;
    }
}
