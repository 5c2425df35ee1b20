using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>Source states as the messages of the state topic hold them: one entry per partition, in order, unknown ones included.</summary>
internal static class SourcePositions
{
    /// <summary>Appends every source to <paramref name="positions"/>.</summary>
    public static void Write(ReadOnlySpan<SourceState> sources, ICollection<SourcePosition> positions)
    {
        for (int partition = 0; partition < sources.Length; partition++)
        {
            SourceState source = sources[partition];
            positions.Add(new SourcePosition
            {
                Partition = (uint)partition,
                ExpectedOffset = source.ExpectedOffset,
                ExpectedPart = source.ExpectedPart,
                ClockUnixMillis = source.ClockUnixMillis,
                TopicId = source.TopicId,
            });
        }
    }

    /// <summary>The opposite; false if the partitions are not 0, 1, 2 and so on.</summary>
    public static bool TryRead(IReadOnlyList<SourcePosition> positions, out SourceState[] sources)
    {
        sources = new SourceState[positions.Count];
        for (int partition = 0; partition < sources.Length; partition++)
        {
            SourcePosition position = positions[partition];
            if (position.Partition != partition)
            {
                return false;
            }

            sources[partition] = new SourceState(
                position.ExpectedOffset, position.ExpectedPart, position.ClockUnixMillis, position.TopicId);
        }

        return true;
    }
}
