using Google.Protobuf;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Schemas.V1;
using StreamSpanMetrics.Telemetry;

namespace StreamSpanMetrics.Stages;

/// <summary>Writes a cut: every shard's blocks of all its partitions, the dead letters, the offsets, in one transaction (A2).</summary>
internal sealed class CutSender
{
    private readonly AggregateOptions options;
    private readonly DeltaBlockBuilder blocks;
    private readonly IStageConsumer consumer;
    private readonly IStageProducer producer;
    private readonly StageTelemetry telemetry;
    private readonly TimeProvider time;

    public CutSender(
        AggregateOptions options, HistogramRules histogram, IStageConsumer consumer, IStageProducer producer, StageTelemetry telemetry,
        TimeProvider time)
    {
        this.telemetry = telemetry;
        this.time = time;
        this.options = options;
        blocks = new DeltaBlockBuilder(options.Shards, histogram, options.MaxPartBytes);
        this.consumer = consumer;
        this.producer = producer;
    }

    /// <summary>Sends the cut. One at a time, from any thread.</summary>
    public TransactionOutcome Send(Cut cut)
    {
        List<OutgoingRecord> records = [];
        for (int shard = 0; shard < options.Shards; shard++)
        {
            foreach (DeltaBatch batch in DeltaBatchPacker.Pack(BlocksOf(cut, shard), options.MaxBatchBytes))
            {
                records.Add(new OutgoingRecord(options.DeltasTopic, shard, null, batch.ToByteArray()));
            }
        }

        records.AddRange(cut.Partitions.SelectMany(partition => partition.DeadLetters));
        Dictionary<int, long> offsets = cut.Partitions.ToDictionary(partition => partition.Number, partition => partition.ToOffset);
        long started = time.GetTimestamp();
        TransactionOutcome outcome = producer.Commit(records, offsets, consumer);
        telemetry.Metrics.Transaction(telemetry.Stage, Messages.Outcome(outcome), time.GetElapsedTime(started));
        return outcome;
    }

    private IEnumerable<DeltaBlock> BlocksOf(Cut cut, int shard) =>
        cut.Partitions.SelectMany(partition => partition.Encode(blocks, cut.Tables)[shard]);
}
