using Google.Protobuf;
using StreamSpanMetrics.Core.Deltas;

namespace StreamSpanMetrics.Stages;

/// <summary>Freezes what partitions accumulated. Polling thread only.</summary>
internal sealed class CutBuilder
{
    private readonly AggregateOptions options;
    private readonly IStageConsumer consumer;
    private readonly RecordFolder folder;

    public CutBuilder(AggregateOptions options, IStageConsumer consumer, RecordFolder folder)
    {
        this.options = options;
        this.consumer = consumer;
        this.folder = folder;
    }

    /// <summary>
    /// A cut of <paramref name="partitions"/>, whose accumulators are empty afterwards; null if no offset and no watermark moved and none is
    /// held (A7), which merge has to hear now and then. The cut before must have been sent: its accumulators are used again.
    /// </summary>
    public Cut? Build(IReadOnlyList<SourcePartition> partitions)
    {
        bool moved = false;
        foreach (SourcePartition partition in partitions)
        {
            moved |= To(partition) > partition.FromOffset || Watermark(partition) > partition.SentWatermarkMillis || IsHeld(partition);
        }

        return moved ? new Cut(folder.Freeze(), [.. partitions.Select(Freeze)]) : null;
    }

    private CutPartition Freeze(SourcePartition partition)
    {
        long to = To(partition);
        DeltaHeader header = new(
            options.RulesFingerprint,
            ByteString.CopyFrom(consumer.TopicId),
            partition.Number,
            partition.FromOffset,
            to,
            consumer.PartitionCount,
            Watermark(partition),
            partition.IsFirst,
            partition.IsLost,
            IsHeld(partition));
        CutPartition cut = new(header, partition.SwapAccumulator(), [.. partition.DeadLetters]);
        partition.DeadLetters.Clear();
        partition.FromOffset = to;
        partition.IsFirst = false;
        partition.IsLost = false;
        partition.SentWatermarkMillis = Math.Max(partition.SentWatermarkMillis, header.WatermarkUnixMillis);
        partition.ClockMillis = 0;
        return cut;
    }

    private long To(SourcePartition partition) =>
        Math.Max(Math.Max(consumer.Position(partition.Number), partition.FromOffset), partition.SkippedToOffset);

    private static bool IsHeld(SourcePartition partition) => (partition.Pauses & PauseReasons.Ahead) != 0;

    private static long Watermark(SourcePartition partition) => Math.Max(partition.ClockMillis, partition.IdleWatermarkMillis);
}
