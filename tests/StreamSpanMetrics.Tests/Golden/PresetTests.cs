using System.Text.RegularExpressions;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Testing;
using StreamSpanMetrics.Testing.Golden;
using StreamSpanMetrics.Tests.Configuration;

namespace StreamSpanMetrics.Tests.Golden;

/// <summary>
/// The same shop with the old and with the new names of HTTP attributes gives the same series. The two were recorded one after the other
/// under random traffic: each has all of the shop's operations and results, but not as often, so label sets are compared and numbers are
/// not. Span names and the values of method, status and route are alike in both; nothing had to be left out.
/// </summary>
public sealed partial class PresetTests
{
    private const string WithPreset = "{connectors: {span_metrics: }, stream: {presets: [http]}}";

    [Fact]
    public void Old_and_new_names_give_the_same_series_under_the_preset()
    {
        SortedSet<string> old = LabelSets("flask", WithPreset);
        Assert.Equal(old, LabelSets("flask_new", WithPreset));
        Assert.Equal(13, old.Count(series => series.StartsWith("traces_span_metrics_calls_total", StringComparison.Ordinal)));
        Assert.Contains(
            "traces_span_metrics_calls_total{deployment_environment_name=\"staging\",http_request_method=\"PUT\","
            + "http_response_status_code=\"503\",http_route=\"/checkout\",",
            string.Join('\n', old),
            StringComparison.Ordinal);
        Assert.All(old.Where(series => !series.StartsWith("target_info", StringComparison.Ordinal)), series =>
        {
            Assert.Matches("http_request_method=\"[A-Z]+\"", series);
            Assert.Matches("http_response_status_code=\"[0-9]+\"", series);
        });
    }

    [Fact]
    public void Without_aliases_they_do_not()
    {
        const string Plain = "connectors: {span_metrics: {dimensions: [{name: http.request.method}]}}";
        SortedSet<string> old = LabelSets("flask", Plain);
        Assert.DoesNotContain(old, series => series.Contains("http_request_method", StringComparison.Ordinal));
        Assert.NotEqual(old, LabelSets("flask_new", Plain));
    }

    [Fact]
    public void Aliases_written_by_hand_do_as_the_preset_does()
    {
        const string ByHand = """
            connectors:
              span_metrics:
                dimensions:
                  - {name: http.request.method, aliases: [http.method]}
                  - {name: http.response.status_code, aliases: [http.status_code]}
                  - name: http.route
            """;
        Assert.Equal(LabelSets("flask", WithPreset), LabelSets("flask", ByHand));
        Assert.Equal(LabelSets("flask_new", WithPreset), LabelSets("flask_new", ByHand));
    }

    private static SortedSet<string> LabelSets(string file, string settings)
    {
        ProcessorSettings read = SettingsFiles.Settings(settings);
        string text = GoldenRun.OpenMetrics(read, RecordFile.Read(file).Select(record => record.Value));
        SortedSet<string> series = new(StringComparer.Ordinal);
        foreach (string line in text.Split('\n').Where(line => line.Length > 0 && line[0] != '#'))
        {
            // Each run of the shop is an instance with an id of its own.
            series.Add(InstanceId().Replace(line[..line.LastIndexOf(' ')], "id"));
        }

        return series;
    }

    [GeneratedRegex("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")]
    private static partial Regex InstanceId();
}
