using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using Snappier;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Integration.Tests.Support;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Integration.Tests.Sinks;

/// <summary>
/// What <c>emit: changed</c> does to <c>rate()</c> and <c>increase()</c> of a real Prometheus: the same spans as points of every step and as
/// fewer points. The table stands in docs/sizing.md; <c>SPANMETRICS_WRITE_DOCS=1</c> writes it there anew.
/// </summary>
public sealed partial class EmissionBiasTests(PrometheusFixture prometheus, ITestOutputHelper output)
{
    private const string Document = "docs/sizing.md";
    private const string Begin = "<!-- bias table: written by EmissionBiasTests -->\n";
    private const string End = "<!-- end of the bias table -->";
    private const int SeriesOfAKind = 20;
    private const int WarmSeconds = 3600;
    private const int MeasuredSeconds = 4 * 3600;
    private const int Tolerance = 2;

    private static readonly (string Name, string Text, double MeanSeconds, int AtOnce)[] Kinds =
    [
        ("steady", "one every 2 s", 2, 1),
        ("minute", "one a minute", 60, 1),
        ("rare", "one in 3 minutes", 180, 1),
        ("seldom", "one in 10 minutes", 600, 1),
        ("bursts", "20 at once in 10 minutes", 600, 20),
    ];

    private static readonly (string Name, EmissionRules Rules)[] Ways =
    [
        ("all", EmissionRules.All),
        ("changed", new EmissionRules { Mode = EmissionMode.Changed }),
        ("bare", new EmissionRules { Mode = EmissionMode.Changed, ActiveMillis = 0 }),
    ];

    [Fact]
    public async Task The_table_of_the_documentation_is_what_prometheus_answers()
    {
        PrometheusServer server = await prometheus.RequireAsync();
        long now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        long end = now / 900 * 900;
        List<(string Name, long Millis)> traffic = Traffic(end - MeasuredSeconds - WarmSeconds, end);
        Dictionary<string, int> samples = [];
        foreach ((string name, EmissionRules rules) in Ways)
        {
            MadePoints points = MadePoints.Of(rules, name, traffic, end * 1000);
            samples[name] = points.Samples;
            await WriteAsync(server, points);
        }

        string table = await TableAsync(server, traffic, samples, end);
        output.WriteLine(table);
        string document = RepositoryFile.Read(Document).ReplaceLineEndings("\n");
        int from = document.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length;
        int to = document.IndexOf(End, StringComparison.Ordinal);
        if (Environment.GetEnvironmentVariable("SPANMETRICS_WRITE_DOCS") == "1")
        {
            await File.WriteAllTextAsync(
                RepositoryFile.PathOf(Document), document[..from] + table + document[to..], TestContext.Current.CancellationToken);
            return;
        }

        Assert.Equal(Number().Replace(document[from..to], "N"), Number().Replace(table, "N"));
        foreach ((int written, int measured) in Numbers(document[from..to]).Zip(Numbers(table)))
        {
            Assert.InRange(measured, written - Tolerance, written + Tolerance);
        }
    }

    // Exponential times between spans, the same in every run; what is due at once shares a moment.
    private static List<(string Name, long Millis)> Traffic(long fromSeconds, long toSeconds)
    {
        Random random = new(20);
        List<(string Name, long Millis)> traffic = [];
        foreach ((string name, _, double mean, int atOnce) in Kinds)
        {
            for (int series = 0; series < SeriesOfAKind; series++)
            {
                double at = fromSeconds;
                while ((at -= mean * Math.Log(1 - random.NextDouble())) < toSeconds)
                {
                    traffic.AddRange(Enumerable.Repeat(($"{name}-{series}", (long)(at * 1000)), atOnce));
                }
            }
        }

        return [.. traffic.OrderBy(span => span.Millis)];
    }

    private static async Task WriteAsync(PrometheusServer server, MadePoints points)
    {
        using HttpClient http = new();
        foreach (ReadOnlyMemory<byte> request in points.Requests)
        {
            using ByteArrayContent body = new(Snappy.CompressToArray(request.Span));
            body.Headers.ContentEncoding.Add("snappy");
            body.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
            body.Headers.Add("X-Prometheus-Remote-Write-Version", "0.1.0");
            using HttpResponseMessage answer =
                await http.PostAsync(server.RemoteWriteAddress, body, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        }
    }

    private static async Task<string> TableAsync(
        PrometheusServer server, List<(string Name, long Millis)> traffic, Dictionary<string, int> samples, long end)
    {
        StringBuilder table = new("| spans of a series | `all`, 5m | 1m | `changed`, 5m | 1m | with `active_for: 0s`, 5m | 1m |\n");
        table.Append("|---|---|---|---|---|---|---|\n");
        foreach ((string name, string text, _, _) in Kinds)
        {
            long count = traffic.LongCount(
                span => span.Name.StartsWith(name + "-", StringComparison.Ordinal) && span.Millis >= (end - MeasuredSeconds) * 1000);
            double truth = count / (double)SeriesOfAKind / MeasuredSeconds;
            table.Append(CultureInfo.InvariantCulture, $"| {text} |");
            foreach ((string way, _) in Ways)
            {
                table.Append(CultureInfo.InvariantCulture, $" {await CellAsync(server, name, way, "5m", truth, end)} |");
                table.Append(CultureInfo.InvariantCulture, $" {await CellAsync(server, name, way, "1m", truth, end)} |");
            }

            table.Append('\n');
        }

        table.Append("| samples sent |");
        foreach ((string way, _) in Ways)
        {
            table.Append(CultureInfo.InvariantCulture, $" {Math.Round(100.0 * samples[way] / samples["all"])} % | |");
        }

        return table.Append('\n').ToString();
    }

    // The mean of all answers beside the truth, no answer being 0, and how often there was one.
    private static async Task<string> CellAsync(PrometheusServer server, string kind, string way, string window, double truth, long end)
    {
        string rates = $"rate(traces_span_metrics_calls_total{{emit=\"{way}\",span_name=~\"{kind}-.*\"}}[{window}])[{MeasuredSeconds}s:15s]";
        double sum = await server.QueryValueAsync($"sum(sum_over_time({rates}))", end);
        double answers = await server.QueryValueAsync($"sum(count_over_time({rates}))", end);
        double questions = SeriesOfAKind * (MeasuredSeconds / 15.0);
        int bias = (int)Math.Round(100 * ((sum / questions / truth) - 1));
        int share = (int)Math.Round(100 * answers / questions);
        string sign = bias > 0 ? "+" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{sign}{bias} % ({share} %)");
    }

    private static IEnumerable<int> Numbers(string table) =>
        Number().Matches(table).Select(match => int.Parse(match.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"[+-]?\d+(?= %)")]
    private static partial Regex Number();
}
