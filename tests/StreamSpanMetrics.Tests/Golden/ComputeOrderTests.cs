using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Tests.Golden;

/// <summary>The totals are a function of the spans: neither the order of records nor the cuts between blocks show (P3).</summary>
public sealed class ComputeOrderTests
{
    [Theory]
    [InlineData("article", "flask", 1)]
    [InlineData("events", "edge", 2)]
    [InlineData("events", "edge", 3)]
    [InlineData("dimensions", "node", 4)]
    [InlineData("identity", "edge", 5)]
    [InlineData("count-conditions", "edge", 6)]
    [InlineData("count-conditions", "node", 7)]
    public void Records_in_another_order_give_the_same_bytes(string settings, string corpus, int seed)
    {
        GoldenCase golden = new(settings, corpus);
        byte[][] requests = [.. golden.Requests];
        foreach (ProcessorSettings rules in Identities(golden))
        {
            string expected = GoldenRun.Outputs(GoldenRun.Complete(rules, requests));
            new Random(seed).Shuffle(requests);
            Assert.Equal(expected, GoldenRun.Outputs(GoldenRun.Complete(rules, requests)));
        }
    }

    [Theory]
    [InlineData("article", "flask")]
    [InlineData("events", "edge")]
    [InlineData("count-conditions", "flask")]
    [InlineData("count-default", "edge")]
    public void Cuts_between_all_records_give_the_same_bytes(string settings, string corpus)
    {
        GoldenCase golden = new(settings, corpus);
        foreach (ProcessorSettings rules in Identities(golden))
        {
            Assert.Equal(
                GoldenRun.Outputs(GoldenRun.Complete(rules, golden.Requests)),
                GoldenRun.Outputs(GoldenRun.Complete(rules, golden.Requests, spansPerCut: 1)));
        }
    }

    [Theory]
    [InlineData("flask")]
    [InlineData("node")]
    public void One_record_per_trace_gives_the_same_bytes_as_one_per_batch(string corpus)
    {
        foreach (ProcessorSettings rules in Identities(new GoldenCase("events", corpus)))
        {
            Assert.Equal(
                GoldenRun.Outputs(GoldenRun.Complete(rules, RecordFile.Read(corpus).Select(record => record.Value))),
                GoldenRun.Outputs(GoldenRun.Complete(rules, RecordFile.Read(corpus + "_by_trace").Select(record => record.Value))));
        }
    }

    // The Collector's resource identity, or the case's own, and our default one, which merges resources.
    private static IEnumerable<ProcessorSettings> Identities(GoldenCase golden)
    {
        ProcessorSettings settings = GoldenRun.Settings(golden);
        yield return settings;
        yield return settings with { Connector = settings.Connector with { ResourceMetricsKeyAttributes = [] } };
    }
}
