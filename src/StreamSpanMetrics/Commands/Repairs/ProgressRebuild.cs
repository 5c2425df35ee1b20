using Confluent.Kafka;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Kafka;
using StreamSpanMetrics.Schemas.V1;
using StreamSpanMetrics.Stages;

namespace StreamSpanMetrics.Commands.Repairs;

/// <summary>
/// Makes a progress record anew from what else tells where a shard was: the committed offset of merge, the blocks before it, and the
/// newest point record. Nothing of the totals: they begin anew.
/// </summary>
internal sealed class ProgressRebuild(ApplicationExamination application)
{
    /// <summary>The progress, or null if too little is known.</summary>
    public ProgressRecord? Of(
        IReadOnlyList<ExaminedShard> all, ExaminedShard shard, IReadOnlyDictionary<int, long> committed, CancellationToken cancel)
    {
        if (!committed.TryGetValue(shard.Number, out long to))
        {
            return null;
        }

        StreamSettings stream = application.Settings.Stream;
        TopicPartition deltas = new(stream.DeltasTopic, shard.Number);
        Dictionary<int, SourceState> sources = Others(all);
        long from = application.RangesAsync(stream.DeltasTopic, shard.Number + 1).GetAwaiter().GetResult()[shard.Number].From;
        foreach ((_, DeltaBatch? batch) in application.Log.ReadDeltas(shard.Number, from, to, cancel))
        {
            foreach (DeltaBlock block in (batch?.Blocks ?? []).Where(block => block.Part + 1 >= block.Parts))
            {
                long clock = sources.TryGetValue((int)block.SourcePartition, out SourceState known) && known.TopicId == block.SourceTopicId
                    ? Math.Max(known.ClockUnixMillis, block.WatermarkUnixMillis)
                    : block.WatermarkUnixMillis;
                sources[(int)block.SourcePartition] = new SourceState(block.ToOffset, 0, clock, block.SourceTopicId);
            }
        }

        int count = sources.Count == 0 ? 0 : sources.Keys.Max() + 1;
        if (count == 0 || sources.Count != count)
        {
            return null;
        }

        long minClock = sources.Values.Min(source => source.ClockUnixMillis);
        ProgressRecord progress = new()
        {
            Format = StateFormat.Newest,
            RulesFingerprint = shard.Rules.RulesFingerprint,
            Shard = (uint)shard.Number,
            DeltasOffset = to,
            ClosedStep = minClock == SourceState.NoClock ? ShardState.NoStep : shard.Rules.StepOf(minClock) - 1,
            Sequence = LastSequence(shard.Number, cancel),
        };
        progress.Sources.Add(Enumerable.Range(0, count).Select(partition => new SourcePosition
        {
            Partition = (uint)partition,
            ExpectedOffset = sources[partition].ExpectedOffset,
            ClockUnixMillis = sources[partition].ClockUnixMillis,
            TopicId = sources[partition].TopicId,
        }));
        return progress;
    }

    // A partition that rested for longer than the deltas are kept: every shard is given the same blocks, so the others know.
    private static Dictionary<int, SourceState> Others(IReadOnlyList<ExaminedShard> all)
    {
        Dictionary<int, SourceState> sources = [];
        foreach (ShardState state in all.Select(shard => shard.State).OfType<ShardState>())
        {
            for (int partition = 0; partition < state.Sources.Length; partition++)
            {
                sources.TryAdd(partition, state.Sources[partition] with { ExpectedPart = 0 });
            }
        }

        return sources;
    }

    private ulong LastSequence(int shard, CancellationToken cancel)
    {
        string topic = application.Settings.MetricsTopic.Topic;
        TopicPartition partition = new(topic, shard);
        OffsetRange range = application.RangesAsync(topic, shard + 1).GetAwaiter().GetResult()[shard];
        PartitionPeek peek = new(ClientConfigs.RangeConsumer(application.Settings.Source.Kafka), TimeProvider.System);
        return peek.Last(new Dictionary<TopicPartition, OffsetRange> { [partition] = range }, record => Sequence(record) is not null, cancel)
            .TryGetValue(partition, out ConsumeResult<byte[]?, byte[]?>? last)
            ? Sequence(last)!.Value
            : 0;
    }

    private static ulong? Sequence(ConsumeResult<byte[]?, byte[]?> record) => PointHeaders.Read(
        record.Message.Headers?.Select(header => KeyValuePair.Create(header.Key, header.GetValueBytes())).ToList(), out _);
}
