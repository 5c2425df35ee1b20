using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Stages;

/// <summary>Watches which source partitions of a shard stand still (T4). Polling thread only.</summary>
internal sealed class StuckSources
{
    private readonly TimeSpan after;
    private readonly TimeProvider time;
    private readonly Dictionary<uint, long> lastMoved = [];

    public StuckSources(TimeSpan after, TimeProvider time)
    {
        this.after = after;
        this.time = time;
    }

    /// <summary>Notes a block that is about to be applied.</summary>
    public void Note(DeltaBlock block, ShardState state)
    {
        int partition = (int)block.SourcePartition;
        bool known = partition < state.Sources.Length;
        bool moves = block.Held || block.ToOffset > block.FromOffset;
        if (!known || moves || block.WatermarkUnixMillis > state.Sources[partition].ClockUnixMillis)
        {
            lastMoved[block.SourcePartition] = time.GetTimestamp();
        }
    }

    /// <summary>
    /// The step to be closed by the clock, and a partition that stands still; null if none. Never beyond what the others have passed, and
    /// never if all stand still.
    /// </summary>
    public (long Step, uint Partition)? Find(ShardState state)
    {
        uint? stuck = null;
        long moving = long.MaxValue;
        for (uint partition = 0; partition < state.Sources.Length; partition++)
        {
            if (!lastMoved.TryGetValue(partition, out long moved))
            {
                // Watched from now on.
                moved = time.GetTimestamp();
                lastMoved[partition] = moved;
            }

            if (time.GetElapsedTime(moved) > after)
            {
                stuck ??= partition;
            }
            else
            {
                moving = Math.Min(moving, state.Sources[(int)partition].ClockUnixMillis);
            }
        }

        if (moving is long.MaxValue or SourceState.NoClock)
        {
            return null;
        }

        long step = state.Rules.StepOf(moving) - 1;
        return stuck is uint one && step > state.ClosedStep ? (step, one) : null;
    }
}
