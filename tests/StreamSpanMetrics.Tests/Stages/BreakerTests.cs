using StreamSpanMetrics.Tests.Stages.Support;

namespace StreamSpanMetrics.Tests.Stages;

/// <summary>A partition full of undecodable records is paused, not the worker (A9).</summary>
public sealed class BreakerTests
{
    private const int Limit = 20;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private readonly AggregateBench bench = new(options => options with { BreakerRecords = Limit, BreakerPause = Pause });

    [Fact]
    public void A_partition_of_bad_records_waits_while_another_goes_on_and_the_log_names_the_cause()
    {
        AppendBad(0, Limit + 50);
        bench.Consumer.Assign(0, 1);
        bench.Consumer.Until(() => bench.Consumer.Paused.Count > 0);
        bench.Consumer.Then(() => bench.Append(1, "shop"));
        bench.Cut();
        bench.Run();
        Assert.Equal([0], bench.Consumer.PausedAtEnd);
        Assert.Equal(1, bench.CountedSpans());
        Assert.Equal(Limit, bench.Log.Read(AggregateBench.DeadLetters, 0).Count);
        Assert.Equal(Limit, bench.Log.Committed(AggregateBench.Group, 0));
        string line = Assert.Single(bench.Logger.Texts(25));
        Assert.Contains("spans[0] is not read for 30 s", line, StringComparison.Ordinal);
        Assert.Contains("It looks like JSON", line, StringComparison.Ordinal);
    }

    [Fact]
    public void After_the_pause_a_few_more_bad_ones_are_enough()
    {
        AppendBad(0, Limit + 50);
        bench.Consumer.Assign(0);
        bench.Consumer.Until(() => bench.Consumer.Paused.Count > 0);
        bench.Consumer.Then(() => bench.Time.Advance(Pause));
        bench.Consumer.Until(() => bench.Consumer.Position(0) > Limit && bench.Consumer.Paused.Count > 0);
        bench.Consumer.Then(() => Assert.Equal(Limit + 10, bench.Consumer.Position(0)));
        bench.Run();
    }

    [Fact]
    public void As_many_good_records_as_bad_ones_pause_nothing()
    {
        for (int pair = 0; pair < 100; pair++)
        {
            AppendBad(0, 1);
            bench.Append(0, "shop");
        }

        bench.Consumer.Assign(0);
        bench.Cut();
        bench.Run();
        Assert.Empty(bench.Consumer.PausedAtEnd);
        Assert.Equal(100, bench.CountedSpans());
    }

    private void AppendBad(int partition, int records)
    {
        for (int record = 0; record < records; record++)
        {
            bench.Log.Append(AggregateBench.Source, partition, null, "{\"resourceSpans\":[]}"u8.ToArray(), bench.Time.NowMillis, true);
        }
    }
}
