using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Testing;
using StreamSpanMetrics.Testing.Golden;

namespace StreamSpanMetrics.Tests.Golden;

/// <summary>
/// The golden proof with a limit on series. Which keys are admitted differs: the connector takes those that come first, we the first in
/// key order of a step. So the points of each metric of a resource are added up, and their number is compared.
/// </summary>
public sealed class LimitGoldenTests
{
    /// <summary>The settings with the limit.</summary>
    public const string Settings = "limit-5";

    private const int Limit = 5;
    private const string Overflow = "{otel.metric.overflow=bool:true}";

    // Ours alone: the connector skips spans whose resource has no service.name.
    private const string Extra = "unknown_service";

    // Rounded by chance there; resources told apart by the kind of a value there, and not here.
    private static readonly string[] NotCompared = ["edge-thirds", "edge-resorder", "edge-reskinds", Extra];

    [Fact]
    public void Every_metric_has_as_many_series_and_counts_as_much_as_that_of_the_connector()
    {
        GoldenCase golden = new(Settings, "edge");
        ProcessorSettings ours = GoldenRun.Settings(golden);
        Assert.Equal(Limit, ours.Connector.SeriesLimit);
        Comparison comparison = new();
        SortedDictionary<string, GoldenPoint> actual = Totals(GoldenRun.OtlpJson(ours, golden.Requests));
        foreach (string metric in actual.Keys)
        {
            comparison.AddActual(metric);
        }

        foreach ((string metric, GoldenPoint total) in Totals(golden.MetricsJson))
        {
            comparison.AddExpected(metric);
            if (actual.TryGetValue(metric, out GoldenPoint? counted))
            {
                comparison.Equal(total, counted, 1e-9);
            }
        }

        comparison.Check();
        Assert.Contains(actual.Keys, metric => metric.EndsWith($" series {Limit} {Overflow}", StringComparison.Ordinal));
    }

    // The points of a metric of a resource together, named by the number of its ordinary series and by whether it has overflowed.
    private static SortedDictionary<string, GoldenPoint> Totals(string json)
    {
        SortedDictionary<string, GoldenPoint> totals = new(StringComparer.Ordinal);
        foreach (IGrouping<string, GoldenPoint> metric in new GoldenPoints().Read(json).Values
            .Where(point => !NotCompared.Contains(point.Service)).GroupBy(point => MetricOf(point.Identity)))
        {
            bool overflows = metric.Any(point => point.Identity.EndsWith(Overflow, StringComparison.Ordinal));
            int series = metric.Count() - (overflows ? 1 : 0);
            Assert.True(series <= Limit && (!overflows || series == Limit), $"{metric.Key} has {series} series");
            string name = $"{metric.Key} series {series}{(overflows ? " " + Overflow : "")}";
            totals.Add(name, metric.Aggregate((sum, point) => sum.Plus(point)) with { Identity = name });
        }

        return totals;
    }

    private static string MetricOf(string identity) =>
        identity[..identity.IndexOf(" {", identity.IndexOf(" Cumulative ", StringComparison.Ordinal), StringComparison.Ordinal)];
}
