using Google.Protobuf;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Stages;

/// <summary>Writes a cut: every shard's blocks of all its partitions, the dead letters, the offsets, in one transaction (A2).</summary>
internal sealed class CutSender
{
    private readonly AggregateOptions options;
    private readonly IStageConsumer consumer;
    private readonly IStageProducer producer;

    public CutSender(AggregateOptions options, IStageConsumer consumer, IStageProducer producer)
    {
        this.options = options;
        this.consumer = consumer;
        this.producer = producer;
    }

    /// <summary>Sends the cut. One at a time, from any thread.</summary>
    public TransactionOutcome Send(Cut cut)
    {
        List<OutgoingRecord> records = [];
        for (int shard = 0; shard < options.Shards; shard++)
        {
            IEnumerable<DeltaBlock> blocks = BlocksOf(cut, shard);
            foreach (DeltaBatch batch in DeltaBatchPacker.Pack(blocks))
            {
                records.Add(new OutgoingRecord(options.DeltasTopic, shard, null, batch.ToByteArray()));
            }
        }

        records.AddRange(cut.Partitions.SelectMany(partition => partition.DeadLetters));
        Dictionary<int, long> offsets = cut.Partitions.ToDictionary(partition => partition.Number, partition => partition.ToOffset);
        return producer.Commit(records, offsets, consumer);
    }

    private static IEnumerable<DeltaBlock> BlocksOf(Cut cut, int shard) =>
        cut.Partitions.SelectMany(partition => partition.BlocksByShard[shard]);
}
