using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Google.Protobuf;
using Prometheus.RemoteWrite.V1;
using Snappier;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Integration.Tests.Deploy;

/// <summary>All metrics that the list of our own telemetry has, as a worker under load and in trouble would show them.</summary>
internal sealed partial class OwnMetrics(string job)
{
    /// <summary>The list, from the root of the repository.</summary>
    public const string List = "docs/telemetry.md";

    private const int StepSeconds = 15;

    // Bounds in seconds; all observations lie between the first two.
    private static readonly string[] Bounds = ["0.1", "1", "+Inf"];

    /// <summary>Writes samples of every metric, as five minutes of scrapes would.</summary>
    /// <param name="endpoint">Where to.</param>
    /// <param name="endSeconds">Time of the last samples, in seconds since 1970.</param>
    public async Task WriteAsync(Uri endpoint, long endSeconds)
    {
        WriteRequest request = new();
        request.Timeseries.Add(Series("up", [], endSeconds, _ => 1));
        foreach ((string name, string[] labels, string section) in Inventory())
        {
            request.Timeseries.AddRange(section switch
            {
                "Counters" => [Series(name, Pairs(labels), endSeconds, step => step)],
                "Gauges" => [Series(name, Pairs(labels), endSeconds, _ => 1)],
                "Histograms" => Bounds.Select((bound, index) =>
                    Series(name + "_bucket", [.. Pairs(labels), ("le", bound)], endSeconds, step => index == 0 ? 0 : step)),
                _ => throw new InvalidDataException($"{List}: {name} stands under {section}"),
            });
        }

        using ByteArrayContent body = new(Snappy.CompressToArray(request.ToByteArray()));
        body.Headers.ContentEncoding.Add("snappy");
        body.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
        body.Headers.Add("X-Prometheus-Remote-Write-Version", "0.1.0");
        using HttpClient http = new();
        using HttpResponseMessage answer = await http.PostAsync(endpoint, body, TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    private static IEnumerable<(string Name, string[] Labels, string Section)> Inventory()
    {
        string section = "";
        foreach (string line in RepositoryFile.Read(List).Split('\n'))
        {
            section = line.StartsWith("## ", StringComparison.Ordinal) ? line[3..].Trim() : section;
            Match row = Row().Match(line);
            if (row.Success)
            {
                string[] labels = [.. Label().Matches(row.Groups["labels"].Value).Select(label => label.Groups[1].Value)];
                yield return (row.Groups["name"].Value, labels, section);
            }
        }
    }

    private static (string Name, string Value)[] Pairs(string[] labels) => [.. labels.Select(label => (label, "some"))];

    private TimeSeries Series(string name, (string Name, string Value)[] labels, long endSeconds, Func<int, double> value)
    {
        TimeSeries series = new();
        (string Name, string Value)[] all = [("__name__", name), ("job", job), ("instance", "worker:9464"), .. labels];
        series.Labels.AddRange(all.OrderBy(label => label.Name, StringComparer.Ordinal)
            .Select(label => new Label { Name = label.Name, Value = label.Value }));
        for (int step = 0; step <= 20; step++)
        {
            long time = (endSeconds - ((20 - step) * StepSeconds)) * 1000;
            series.Samples.Add(new Sample { Timestamp = time, Value = value(step) });
        }

        return series;
    }

    [GeneratedRegex(@"^\| `(?<name>spanmetrics_\w+)` \|(?<labels>[^|]*)\|")]
    private static partial Regex Row();

    [GeneratedRegex(@"`(\w+)`")]
    private static partial Regex Label();
}
