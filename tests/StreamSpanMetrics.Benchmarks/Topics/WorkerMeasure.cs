using System.Globalization;
using System.Text.RegularExpressions;

namespace StreamSpanMetrics.Benchmarks.Topics;

/// <summary>A worker of ours, with all three stages, as a process of its own.</summary>
internal static partial class WorkerMeasure
{
    private const double MillisPerSecond = 1e3;
    private static readonly TimeSpan CountDeadline = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan PagePause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan StopDeadline = TimeSpan.FromMinutes(1);

    /// <summary>Name of the application that reads a topic: the prefix of its own topics and groups.</summary>
    public static string ApplicationOf(FilledTopic topic) => topic.Name + ".app";

    /// <summary>Runs a worker over the topic until the sink has all call counts.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="options">What is measured.</param>
    /// <param name="least">The worker is not asked earlier than this after the assignment: its pages take time of the processor too.</param>
    public static async Task<Figures> MeasureAsync(FilledTopic topic, TopicOptions options, TimeSpan least)
    {
        await using SampleSink sink = await SampleSink.StartAsync();
        using TemporaryFolder folder = new();
        string file = folder.Write("spanmetrics.yaml", Settings(topic, options, sink.Address));
        string program = Path.GetFullPath(options.Worker ?? Path.Combine(AppContext.BaseDirectory, "spanmetrics.dll"));
        await using ChildProcess worker = ChildProcess.Start("dotnet", [program, "run", "--config", file]);
        MeasuredReader reader = new(worker, topic, sink);
        using HttpClient client = new();
        Figures figures = await reader.MeasureAsync(
            "spanmetrics", "aggregate-0: partitions", ApplicationOf(topic) + ".aggregate", () => CountAsync(worker, client, topic.Spans, least));
        string page = await PageAsync(worker, client);
        double counted = Counted(page);
        if (counted != topic.Spans)
        {
            throw new InvalidOperationException($"the worker counted {counted} of {topic.Spans} spans:\n{worker.Output}");
        }

        worker.Terminate();
        await worker.WaitForExitAsync(StopDeadline);
        return figures with
        {
            LongestCutMillis = LongestMillis(page, "spanmetrics_cut_duration_seconds"),
            LongestMergePauseMillis = LongestMillis(page, "spanmetrics_merge_pause_seconds", "work=\"turn\""),
        };
    }

    private static async Task CountAsync(ChildProcess worker, HttpClient client, long spans, TimeSpan least)
    {
        await Task.Delay(least);
        await Polling.TrueAsync(
            async () => Counted(await PageAsync(worker, client)) >= spans,
            () => $"not all spans were counted:\n{worker.Output}",
            CountDeadline,
            CancellationToken.None,
            PagePause);
    }

    private static Task<string> PageAsync(ChildProcess worker, HttpClient client) =>
        client.GetStringAsync(new Uri(PageAddress().Match(worker.Output).Value + "metrics"));

    private static double Counted(string page) => Rows(page, "spanmetrics_spans_counted_total").Sum(row => row.Value);

    private static string Settings(FilledTopic topic, TopicOptions options, Uri sink) => $$"""
        receivers:
          kafka:
            brokers: ["{{topic.BootstrapServers}}"]
            traces: {topics: [{{topic.Name}}]}
        {{ArticleSettings.Connectors(options.Step)}}
        exporters:
          kafka:
            brokers: ["{{topic.BootstrapServers}}"]
            metrics: {topic: {{ApplicationOf(topic)}}.points}
          prometheusremotewrite:
            endpoint: "{{sink}}"
            target_info: {enabled: true}
        stream: {application_id: {{ApplicationOf(topic)}}, telemetry: {host: 127.0.0.1, port: 0} }
        service:
          pipelines:
            traces: {receivers: [kafka], exporters: [span_metrics]}
            metrics: {receivers: [span_metrics], exporters: [kafka, prometheusremotewrite]}
        """;

    // The upper bound of the last bucket that has observations of its own.
    private static double LongestMillis(string page, string histogram, string label = "")
    {
        double below = 0;
        double longest = 0;
        IEnumerable<(string Labels, double Value)> buckets = Rows(page, histogram + "_bucket");
        foreach ((string labels, double value) in buckets.Where(row => row.Labels.Contains(label, StringComparison.Ordinal)))
        {
            if (value > below)
            {
                string bound = Bound().Match(labels).Groups[1].Value;
                longest = bound == "+Inf" ? double.PositiveInfinity : double.Parse(bound, CultureInfo.InvariantCulture) * MillisPerSecond;
            }

            below = value;
        }

        return longest;
    }

    private static IEnumerable<(string Labels, double Value)> Rows(string page, string name) =>
        from line in page.Split('\n')
        where line.StartsWith(name, StringComparison.Ordinal) && line[name.Length] is ' ' or '{'
        let space = line.LastIndexOf(' ')
        select (line[name.Length..space], double.Parse(line[(space + 1)..], CultureInfo.InvariantCulture));

    [GeneratedRegex("http://127[^ ]+/")]
    private static partial Regex PageAddress();

    [GeneratedRegex("le=\"([^\"]+)\"")]
    private static partial Regex Bound();
}
