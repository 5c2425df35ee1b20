using System.Text.RegularExpressions;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Testing;
using StreamSpanMetrics.Testing.Golden;
using StreamSpanMetrics.Tests.Configuration;

namespace StreamSpanMetrics.Tests.Golden;

/// <summary>
/// The golden proof: over all captured settings and corpora, <c>compute</c> gives what the real connector and its remote-write exporter
/// gave. Counts and buckets are exact, sums hold to 1e-9, times are left out. What is not compared stands here by name.
/// </summary>
public sealed partial class ComputeGoldenTests
{
    private const double SumTolerance = 1e-9;

    // Ours alone: the connector skips spans whose resource has no service.name.
    private const string Extra = "unknown_service";

    // A weight of 1.5, which the connector rounds by chance, all spans of a batch alike, and we by the span: the series are compared, their
    // values are not.
    private static readonly string[] RoundedByChance = ["edge-thirds"];

    // Several resources of the connector that become one label set: their points are added up, and their kinds do not count. In the
    // remote-written series, which of them was sent last is chance, so there the values are not compared.
    private static readonly string[] Folded = ["edge-resorder", "edge-reskinds"];

    // Without resource attributes, these resources of the connector write one series between them, with values that contradict each
    // other; here they are one. Which of them was sent last is chance.
    private static readonly string[] Collided = ["edge-pods", .. Folded];

    // Spans of several scopes: the connector puts them into one series under the scope that it met first, we into one for each scope that
    // is listed. Their points are compared added up and without scope; their series are not.
    private static readonly string[] SeveralScopes = ["edge-scopes"];

    private static readonly string[] CapturedSettings =
    [
        "article", "count-conditions", "count-default", "default", "delta", "dimensions", "events", "exemplars", "exponential", "exponential-10",
        "glob", "histogram-off", "identity", "legacy-names", LimitGoldenTests.Settings, "nhcb",
        "no-resource", "no-suffixes", "no-translation", "odd-label-names", "otel-status", "plain", "prw-namespace-external",
        "resource-attributes", "rw2", "sampling", "scope", "seconds", "utf8-suffixes",
    ];

    /// <summary>Every folder of the golden data, save what <see cref="LimitGoldenTests"/> compares.</summary>
    public static TheoryData<string, string> Cases()
    {
        TheoryData<string, string> cases = [];
        foreach (GoldenCase golden in GoldenCase.All.Where(golden => golden.Settings != LimitGoldenTests.Settings))
        {
            cases.Add(golden.Settings, golden.Corpus);
        }

        return cases;
    }

    /// <summary>Those whose points remote write can hold: of deltas the exporter writes nothing but target_info, and we refuse it.</summary>
    public static TheoryData<string, string> CumulativeCases()
    {
        TheoryData<string, string> cases = [];
        foreach (GoldenCase golden in GoldenCase.All.Where(golden => golden.Settings != "delta" && golden.Settings != LimitGoldenTests.Settings))
        {
            cases.Add(golden.Settings, golden.Corpus);
        }

        return cases;
    }

    [Fact]
    public void Deltas_are_nothing_for_remote_write()
    {
        foreach (GoldenCase golden in GoldenCase.All.Where(golden => golden.Settings == "delta"))
        {
            Assert.All(golden.SeriesLines, line => Assert.StartsWith("target_info{", line, StringComparison.Ordinal));
            Assert.Contains(
                "delta points cannot be written", SettingsFiles.OnlyError(golden.SettingsYaml).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void All_captured_settings_are_compared()
    {
        Assert.Equal(CapturedSettings, GoldenCase.All.Select(golden => golden.Settings).Distinct());
        Assert.Equal(53, GoldenCase.All.Count);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Totals_equal_those_of_the_connector(string settings, string corpus)
    {
        GoldenCase golden = new(settings, corpus);
        ProcessorSettings ours = GoldenRun.Settings(golden);

        // With an identity of its own the connector emits the attributes of the first resource it saw, we those that all agree on.
        GoldenPoints reader = new()
        {
            FoldedServices = Folded,
            ScopelessServices = settings == "scope" ? SeveralScopes : [],
            ResourceAttributes = settings == "identity" ? ours.Connector.ResourceMetricsKeyAttributes : [],
        };
        string json = ours.Connector.IsCount ? Cumulative(golden.MetricsJson) : golden.MetricsJson;
        SortedDictionary<string, GoldenPoint> expected = reader.Read(WithNegativeZero(WithoutInstance(golden, json)));
        SortedDictionary<string, GoldenPoint> actual = reader.Read(GoldenRun.OtlpJson(ours, golden.Requests));
        Assert.DoesNotContain(expected.Values, point => point.Service == Extra);
        actual = ours.Connector.IsCount ? WithoutExtra(actual) : actual;

        Comparison comparison = new();
        foreach ((string identity, GoldenPoint point) in actual)
        {
            if (point.Service != Extra)
            {
                comparison.AddActual(identity);
            }
        }

        foreach ((string identity, GoldenPoint point) in expected)
        {
            comparison.AddExpected(identity);
            if (!RoundedByChance.Contains(point.Service) && actual.TryGetValue(identity, out GoldenPoint? counted))
            {
                comparison.Equal(point, counted, SumTolerance);
            }
        }

        comparison.Check();
    }

    [Theory]
    [MemberData(nameof(CumulativeCases))]
    public void Series_equal_those_of_the_remote_write_exporter(string settings, string corpus)
    {
        GoldenCase golden = new(settings, corpus);
        ProcessorSettings ours = GoldenRun.Settings(golden);
        bool reduced = settings == "identity";
        string[] notCompared = settings == "scope" ? [Extra, .. SeveralScopes] : [Extra];
        string[] byChance = settings == "no-resource" ? Collided : Folded;
        Dictionary<string, double> expected = GoldenSeries.Read(SeriesOf(golden), reduced);
        Dictionary<string, double> actual = GoldenSeries.ReadExposition(GoldenRun.OpenMetrics(ours, golden.Requests), reduced);
        Assert.DoesNotContain(expected.Keys, series => IsOf(series, [Extra]));

        Comparison comparison = new();
        foreach (string series in actual.Keys)
        {
            if (!IsOf(series, notCompared) && (!ours.Connector.IsCount || IsTargetInfo(series)))
            {
                comparison.AddActual(series);
            }
        }

        foreach ((string series, double value) in expected.Where(entry => !IsOf(entry.Key, notCompared)))
        {
            comparison.AddExpected(series);
            if (!IsOf(series, RoundedByChance) && !IsOf(series, byChance) && actual.TryGetValue(series, out double counted))
            {
                comparison.Near(series, value, counted, SumName().IsMatch(series) ? SumTolerance : 0);
            }
        }

        comparison.Check();
    }

    [Fact]
    public void A_weight_that_is_no_whole_number_is_rounded_up_or_down()
    {
        GoldenCase golden = new("plain", "edge");
        SortedDictionary<string, GoldenPoint> actual = new GoldenPoints().Read(
            GoldenRun.OtlpJson(GoldenRun.Settings(golden), golden.Requests));
        GoldenPoint calls = Assert.Single(
            actual.Values, point => point.Service == RoundedByChance[0] && point.Identity.Contains(".calls ", StringComparison.Ordinal));
        Assert.Contains(new GoldenPoints().Read(golden.MetricsJson)[calls.Identity].Counts[0], (ulong[])[10, 20]);
        Assert.InRange(calls.Counts[0], 11UL, 19UL);
    }

    [Fact]
    public void Spans_of_a_listed_scope_are_apart_from_those_of_others()
    {
        GoldenCase golden = new("scope", "edge");
        string text = GoldenRun.OpenMetrics(GoldenRun.Settings(golden), golden.Requests);
        IEnumerable<string> calls =
            from line in text.Split('\n')
            where line.StartsWith("traces_span_metrics_calls_total", StringComparison.Ordinal) && IsOf(line, SeveralScopes)
            select ScopeLabels().Match(line).Value + line[line.LastIndexOf(' ')..];
        Assert.Equal(
            ["span_instrumentation_scope_name=\"lib.a\",span_instrumentation_scope_version=\"1.0\" 1", " 2"],
            calls.OrderDescending(StringComparer.Ordinal));
    }

    // The count connector sends deltas, one metric for each batch: their sum is the total, which is what we send. Its remote-write exporter
    // drops deltas, so of its series only target_info is there.
    private static string Cumulative(string json) =>
        json.Replace("\"aggregationTemporality\": 1,", "\"aggregationTemporality\": 2,", StringComparison.Ordinal);

    // A new id for every process of the Collector: the gate is on in the case of the defaults alone, and ours has no such attribute.
    private static string WithoutInstance(GoldenCase golden, string json)
    {
        string without = InstanceAttribute().Replace(json, "");
        Assert.Equal(golden.Settings == "default", without.Length < json.Length);
        Assert.DoesNotContain("collector.instance.id", without, StringComparison.Ordinal);
        return without;
    }

    private static IEnumerable<string> SeriesOf(GoldenCase golden)
    {
        foreach (string line in golden.SeriesLines)
        {
            string without = InstanceLabel().Replace(line, "");
            Assert.Equal(golden.Settings == "default" && !IsTargetInfo(line), without.Length < line.Length);
            yield return without;
        }
    }

    private static bool IsTargetInfo(string series) => series.StartsWith("target_info", StringComparison.Ordinal);

    // It also counts where there is no service.name. Here that is a service of its own, as for span_metrics: compared without its name.
    private static SortedDictionary<string, GoldenPoint> WithoutExtra(SortedDictionary<string, GoldenPoint> points)
    {
        SortedDictionary<string, GoldenPoint> joined = new(StringComparer.Ordinal);
        foreach (GoldenPoint point in points.Values)
        {
            GoldenPoint named = point.Service != Extra
                ? point
                : point with { Service = "", Identity = ExtraName().Replace(point.Identity, "") };
            joined[named.Identity] = joined.TryGetValue(named.Identity, out GoldenPoint? known) ? known.Plus(named) : named;
        }

        return joined;
    }

    // The only zero among the doubles is a negative one: its sign was lost when the golden file was written.
    private static string WithNegativeZero(string json) =>
        json.Replace("\"doubleValue\": 0\n", "\"doubleValue\": -0.0\n", StringComparison.Ordinal);

    private static bool IsOf(string series, string[] jobs) =>
        jobs.Any(job =>
            series.Contains($"job=\"{job}\"", StringComparison.Ordinal) || series.Contains($"service_name=\"{job}\"", StringComparison.Ordinal));

    [GeneratedRegex("""span_instrumentation_scope_name="[^"]*",span_instrumentation_scope_version="[^"]*["]""")]
    private static partial Regex ScopeLabels();

    [GeneratedRegex("""(,\s*)?\{\s*"key": "collector[.]instance[.]id",\s*"value": \{\s*"stringValue": "[-0-9a-f]*"\s*\}\s*\}""")]
    private static partial Regex InstanceAttribute();

    [GeneratedRegex("""collector_instance_id="[-0-9a-f]*",""")]
    private static partial Regex InstanceLabel();

    [GeneratedRegex($"(, )?service[.]name={Extra}")]
    private static partial Regex ExtraName();

    [GeneratedRegex(@"^[^{]*_sum\{|#sum$")]
    private static partial Regex SumName();
}
