using Google.Protobuf;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Totals;

/// <summary>The positions and clocks of all source partitions, and the decision whether a block fits (M2).</summary>
internal sealed class SourceLedger
{
    // Far beyond what a Kafka cluster holds: a larger count can only be damage.
    private const uint MaxPartitions = 1_000_000;

    private readonly ulong rulesFingerprint;
    private readonly ByteString topicId;
    private SourceState[] sources;

    public SourceLedger(ulong rulesFingerprint, ByteString topicId, SourceState[] sources)
    {
        this.rulesFingerprint = rulesFingerprint;
        this.topicId = topicId;
        this.sources = sources;
    }

    /// <summary>Partitions 0 to count - 1, count being the largest seen in the control record and in blocks.</summary>
    public ReadOnlySpan<SourceState> Sources => sources;

    /// <summary>The sources of a shard at its very beginning (S1), all with the same clock.</summary>
    public static SourceState[] AtStart(IReadOnlyList<long> startOffsets, ByteString topicId, long clockUnixMillis)
    {
        SourceState[] sources = new SourceState[startOffsets.Count];
        for (int partition = 0; partition < sources.Length; partition++)
        {
            sources[partition] = new SourceState(startOffsets[partition], 0, clockUnixMillis, topicId);
        }

        return sources;
    }

    /// <summary>Decides about a block without changing anything; <see cref="ApplyOutcome.Applied"/> means that it fits.</summary>
    public ApplyOutcome Judge(DeltaBlock block)
    {
        if (block.Format != DeltaFormat.Version)
        {
            return ApplyOutcome.UnknownFormat;
        }

        if (block.RulesFingerprint != rulesFingerprint)
        {
            return ApplyOutcome.ForeignFingerprint;
        }

        if (block.SourcePartition >= MaxPartitions || block.SourcePartitionCount > MaxPartitions || block.FromOffset < 0 ||
            block.ToOffset < block.FromOffset || block.Part >= Math.Max(block.Parts, 1))
        {
            return ApplyOutcome.Malformed;
        }

        SourceState source = Position(block.SourcePartition);
        if (!source.IsKnown)
        {
            if (!block.First)
            {
                return ApplyOutcome.UnknownPartition;
            }

            // S1: a partition unknown to the control record starts at 0.
            source = new SourceState(0, 0, SourceState.NoClock, topicId);
        }

        if (block.SourceTopicId != source.TopicId)
        {
            return ApplyOutcome.OtherTopicId;
        }

        if (block.FromOffset == source.ExpectedOffset)
        {
            return block.Part == source.ExpectedPart ? ApplyOutcome.Applied : ApplyOutcome.MissingPart;
        }

        if (block.ToOffset <= source.ExpectedOffset)
        {
            return ApplyOutcome.Skipped;
        }

        return block.FromOffset > source.ExpectedOffset ? ApplyOutcome.Gap : ApplyOutcome.Overlap;
    }

    /// <summary>What is expected of a partition.</summary>
    public SourceState Position(uint partition) => partition < sources.Length
        ? sources[partition]
        : new SourceState(SourceState.Unknown, 0, SourceState.NoClock, topicId);

    /// <summary>Goes on where a repair says; the clock stays. Returns how many offsets are given up.</summary>
    public long Jump(SourceRepair repair)
    {
        Grow((int)repair.Partition + 1);
        ref SourceState source = ref sources[repair.Partition];
        // What another topic of the same name held is not known.
        long givenUp = source.TopicId == repair.TopicId ? Math.Max(0, repair.ToOffset - Math.Max(0, source.ExpectedOffset)) : 0;
        source = source with { ExpectedOffset = repair.ToOffset, ExpectedPart = 0, TopicId = repair.TopicId };
        return givenUp;
    }

    /// <summary>Moves behind a block that fits: offset and clock with the last part only (A3).</summary>
    public void Advance(DeltaBlock block)
    {
        Grow((int)Math.Max(block.SourcePartitionCount, block.SourcePartition + 1));
        ref SourceState source = ref sources[block.SourcePartition];
        bool last = block.Part + 1 >= block.Parts;
        source = last
            ? source with
            {
                ExpectedOffset = block.ToOffset,
                ExpectedPart = 0,
                ClockUnixMillis = Math.Max(source.ClockUnixMillis, block.WatermarkUnixMillis),
            }
            : source with { ExpectedOffset = block.FromOffset, ExpectedPart = block.Part + 1 };
    }

    private void Grow(int count)
    {
        if (count > sources.Length)
        {
            int known = sources.Length;
            Array.Resize(ref sources, count);
            Array.Fill(sources, new SourceState(SourceState.Unknown, 0, SourceState.NoClock, topicId), known, count - known);
        }
    }

    /// <summary>The smallest clock; <see cref="SourceState.NoClock"/> while one partition has none, or without partitions.</summary>
    public long MinClock()
    {
        long min = sources.Length == 0 ? SourceState.NoClock : long.MaxValue;
        foreach (SourceState source in sources)
        {
            min = Math.Min(min, source.ClockUnixMillis);
        }

        return min;
    }
}
