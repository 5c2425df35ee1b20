using StreamSpanMetrics.Core.Tests.Support;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Totals;

/// <summary>The blocks of the only source partition of a shard, one offset each.</summary>
/// <param name="stepMillis">Length of a step in milliseconds.</param>
internal sealed class OneSource(long stepMillis)
{
    private long next;

    /// <summary>An empty block whose watermark is the beginning of a step.</summary>
    public DeltaBlock Block(long step)
    {
        DeltaBlock block = BlockBuilder.Header(0, next, ++next, 1);
        block.WatermarkUnixMillis = step * stepMillis;
        return block;
    }

    /// <summary>Applies a block, and one that closes all steps before another.</summary>
    public void Apply(ShardDriver driver, DeltaBlock block, long closedBefore)
    {
        Assert.Equal(ApplyOutcome.Applied, driver.Apply(block).Outcome);
        Assert.Equal(ApplyOutcome.Applied, driver.Apply(Block(closedBefore)).Outcome);
    }
}
