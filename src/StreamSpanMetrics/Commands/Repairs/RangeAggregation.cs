using Confluent.Kafka;
using Google.Protobuf;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Kafka;
using StreamSpanMetrics.Schemas.V1;
using StreamSpanMetrics.Stages;
using StreamSpanMetrics.Telemetry;

namespace StreamSpanMetrics.Commands.Repairs;

/// <summary>
/// Makes the blocks that the aggregate stage makes of a range of the source topic, for one shard: the same folding, the same clock. Where
/// the cuts fall changes nothing (T1).
/// </summary>
internal sealed class RangeAggregation
{
    private const int MaxEntries = 400_000;

    private readonly ProcessorSettings settings;
    private readonly KafkaShardLog log;
    private readonly TimeProvider time;
    private readonly RecordFolder folder;
    private readonly SpanRecordReader reader;
    private readonly DeltaAccumulator accumulator;
    private readonly DeltaBlockBuilder builder;

    public RangeAggregation(ProcessorSettings settings, KafkaShardLog log, TimeProvider time)
    {
        this.settings = settings;
        this.log = log;
        this.time = time;
        folder = new RecordFolder(RulesBuilder.Spans(settings));
        reader = new SpanRecordReader(folder, settings.Source.Encoding, settings.Stream.MaxRecordBytes);
        HistogramRules histogram = RulesBuilder.Histogram(settings);
        accumulator = new DeltaAccumulator(
            new ExplicitBounds(histogram), histogram.Shape.IsExponential, RulesBuilder.Points(settings).MaxExemplars);
        builder = new DeltaBlockBuilder(settings.Stream.Shards, histogram);
    }

    /// <summary>Spans that the blocks hold, for all shards.</summary>
    public long Spans { get; private set; }

    /// <summary>Records that could not be decoded; they are left out, and not written to the dead letters again.</summary>
    public long BadRecords { get; private set; }

    /// <summary>The blocks of a range for a shard.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="header">Everything about the blocks but range and watermark; its range is the range.</param>
    /// <param name="cancel">Ends it early.</param>
    public IReadOnlyList<DeltaBlock> Blocks(int shard, DeltaHeader header, CancellationToken cancel)
    {
        using WorkerMetrics metrics = new("repair", time);
        RecordClock clock = new((long)settings.Stream.MaxAhead.TotalMilliseconds, time, metrics);
        long intervalMillis = RulesBuilder.Points(settings).IntervalMillis;
        TopicPartition partition = new(settings.Source.Topic, header.SourcePartition);
        List<DeltaBlock> blocks = [];
        long from = header.FromOffset;
        long clockMillis = 0;
        foreach (ConsumeResult<byte[]?, byte[]?> record in log.Read(partition, header.FromOffset, header.ToOffset, cancel))
        {
            if (record.Offset.Value >= header.ToOffset)
            {
                break;
            }

            clockMillis = Math.Max(clockMillis, Fold(record, clock, clockMillis, intervalMillis));
            if (accumulator.Weight >= MaxEntries || folder.TablesAreLarge)
            {
                Cut(shard, header with { FromOffset = from, ToOffset = record.Offset.Value + 1, WatermarkUnixMillis = clockMillis }, blocks);
                from = record.Offset.Value + 1;
                header = header with { First = false };
                clockMillis = 0;
            }
        }

        if (from < header.ToOffset)
        {
            Cut(shard, header with { FromOffset = from, WatermarkUnixMillis = clockMillis }, blocks);
        }

        return blocks;
    }

    private long Fold(ConsumeResult<byte[]?, byte[]?> record, RecordClock clock, long clockMillis, long intervalMillis)
    {
        reader.ReadKey(record.Message.Key);
        reader.ReadValue(record.Message.Value);
        Timestamp timestamp = record.Message.Timestamp;
        PolledRecord polled = new(
            record.Partition.Value, record.Offset.Value, timestamp.UnixTimestampMs, timestamp.Type == TimestampType.LogAppendTime);
        long time = Math.Max(clockMillis, clock.TimestampOf(polled, folder.Staged));
        if (reader.BadReason is not null)
        {
            BadRecords++;
            return time;
        }

        Spans += folder.Staged.Spans;
        accumulator.Add(folder.Staged, time / intervalMillis);
        return time;
    }

    private void Cut(int shard, DeltaHeader header, List<DeltaBlock> blocks)
    {
        blocks.AddRange(builder.Build(folder.Freeze(), accumulator, header)[shard]);
        accumulator.Clear();
        if (folder.TablesAreLarge)
        {
            folder.ClearTables();
        }
    }
}
