using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Totals;

/// <summary>How far a partition may be ahead of the slowest (A7).</summary>
public sealed class SkewLimitTests
{
    private const long Interval = 10;
    private const long Unknown = SourceState.NoClock;
    private static readonly Dictionary<int, long> Nothing = [];

    private readonly SkewLimit limit = new(Interval, maxSteps: 3);

    [Fact]
    public void While_nothing_is_known_there_is_none()
    {
        limit.Update([Progress(ShardState.NoStep, Unknown, Unknown)], 1, Nothing, 2);
        Assert.Equal(SkewLimit.NoLimit, limit.LimitMillis);
        Assert.Equal(SkewLimit.NoLimit, limit.ReleaseMillis);
    }

    [Fact]
    public void A_partition_stands_where_the_most_advanced_word_says_and_the_slowest_counts()
    {
        limit.Update([Progress(ShardState.NoStep, 100, 250), Progress(ShardState.NoStep, 140, 230)], 2, Nothing, 2);
        Assert.Equal(170, limit.LimitMillis);
        Assert.Equal(155, limit.ReleaseMillis);
        limit.Update([Progress(ShardState.NoStep, 100, 250), Progress(ShardState.NoStep, 140, 230)], 2, Own(0, 260), 2);
        Assert.Equal(280, limit.LimitMillis);
    }

    [Fact]
    public void While_one_is_unknown_the_limit_stays()
    {
        limit.Update([], 1, Own(0, 100), 2);
        Assert.Equal(130, limit.LimitMillis);
        limit.Update([], 1, Own(0, 120), 2);
        Assert.Equal(130, limit.LimitMillis);
        limit.Update([Progress(ShardState.NoStep, 100, 115)], 1, Own(0, 120), 2);
        Assert.Equal(145, limit.LimitMillis);
        limit.Update([Progress(ShardState.NoStep, 100, 135)], 1, Own(0, 150), 3);
        Assert.Equal((145, 130), (limit.LimitMillis, limit.ReleaseMillis));
    }

    [Fact]
    public void What_all_shards_have_closed_lies_behind_everybody()
    {
        ProgressRecord[] both = [Progress(7, 100, Unknown), Progress(11, 100, Unknown)];
        limit.Update(both, 3, Own(0, 200), 2);
        Assert.Equal(230, limit.LimitMillis);
        limit.Update(both, 2, Own(0, 200), 2);
        Assert.Equal(110, limit.LimitMillis);
    }

    private static Dictionary<int, long> Own(int partition, long millis) => new() { [partition] = millis };

    private static ProgressRecord Progress(long closedStep, params long[] clocks)
    {
        ProgressRecord record = new() { ClosedStep = closedStep };
        for (int partition = 0; partition < clocks.Length; partition++)
        {
            record.Sources.Add(new SourcePosition { Partition = (uint)partition, ClockUnixMillis = clocks[partition] });
        }

        return record;
    }
}
