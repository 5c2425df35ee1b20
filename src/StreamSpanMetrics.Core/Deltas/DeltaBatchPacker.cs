using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Deltas;

/// <summary>Packs the blocks of several source partitions for one shard into as few batches as the size limit allows, in order.</summary>
public static class DeltaBatchPacker
{
    /// <summary>Tag and length of a block within a batch.</summary>
    private const int BlockOverheadBytes = 6;

    /// <summary>The batches of <paramref name="blocks"/>; parts of a block stay in order.</summary>
    public static List<DeltaBatch> Pack(IEnumerable<DeltaBlock> blocks, int maxBatchBytes = DeltaFormat.MaxBatchBytes)
    {
        List<DeltaBatch> batches = [];
        int batchBytes = int.MaxValue;
        foreach (DeltaBlock block in blocks)
        {
            int bytes = block.CalculateSize() + BlockOverheadBytes;
            if (batchBytes > maxBatchBytes - bytes)
            {
                batches.Add(new DeltaBatch());
                batchBytes = 0;
            }

            batches[^1].Blocks.Add(block);
            batchBytes += bytes;
        }

        return batches;
    }
}
