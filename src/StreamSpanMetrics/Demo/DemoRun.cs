using System.Buffers;
using System.Text;
using Microsoft.Extensions.Logging;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using Spectre.Console;
using StreamSpanMetrics.Core.Points;
using StreamSpanMetrics.Core.Prometheus;
using StreamSpanMetrics.Core.Settings;
using StreamSpanMetrics.Hosting;
using StreamSpanMetrics.Http;
using StreamSpanMetrics.Kafka;
using StreamSpanMetrics.Telemetry;

namespace StreamSpanMetrics.Demo;

/// <summary>
/// Everything in one process: a broker, a shop that makes traffic, the real stages, a live table, and at the end the proof that every
/// span was counted once. The in-process broker neither isolates nor fences, so this is a demonstration, not a proof of exactly-once.
/// </summary>
internal sealed class DemoRun
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(3);

    /// <summary>After the traffic ends the last step has to close: step, idle margin and two commits, with room for a slow machine.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(20);

    private readonly DemoOptions options;
    private readonly TimeProvider time;
    private readonly TextWriter output;
    private readonly ILogger logger;

    public DemoRun(DemoOptions options, TimeProvider time, TextWriter output, ILogger logger)
    {
        this.options = options;
        this.time = time;
        this.output = output;
        this.logger = logger;
    }

    /// <summary>Runs for the chosen time or until <paramref name="stop"/>; true if all counts are equal.</summary>
    public async Task<bool> RunAsync(CancellationToken stop)
    {
        using InProcessBroker broker = InProcessBroker.Start();
        ProcessorSettings settings = Settings(broker);
        foreach (TopicPlan plan in TopicPlan.For(settings))
        {
            broker.CreateTopic(plan.Name);
        }

        PointRules points = RulesBuilder.Points(settings);
        RedTable table = new(points.MetricName("calls"), points.MetricName("duration"), 5 * Step);
        SeriesPage series = new(Render);
        ShopTraffic traffic = new(options.Seed, options.SpansPerSecond);
        await using PageServer pages = await PageServer.StartAsync(
            options.Port, new Dictionary<string, Page> { ["/series"] = new("text/plain; version=0.0.4; charset=utf-8", series.Text) },
            output.WriteLine, stop).ConfigureAwait(false);
        using CancellationTokenSource viewing = new();
        using CancellationTokenSource working = new();
        long started = time.GetTimestamp();
        IAnsiConsole console = RedTableView.CreateConsole(output, !Console.IsOutputRedirected, Environment.GetEnvironmentVariable);
        string note = $"series page: {pages.Address}series   stop: Ctrl-C";
        Task view = new RedTableView(console, time).RunAsync(() => Frame(traffic, table, started, note), viewing.Token);
        Task feed = Task.Factory.StartNew(
            () => new PointFeed(settings, table, series).Run(working.Token), CancellationToken.None, TaskCreationOptions.LongRunning,
            TaskScheduler.Default);
        StageRunner runner = new(logger, working.Token);
        bool clean = await WorkAsync(settings, traffic, table, runner, stop).ConfigureAwait(false);
        await viewing.CancelAsync().ConfigureAwait(false);
        await working.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(view, feed).ConfigureAwait(false);
        output.WriteLine();
        DemoSummary summary = new(traffic.Counts.ByOperation(), table.Totals());
        summary.Print(output);
        return clean && summary.IsEqual;
    }

    private async Task<bool> WorkAsync(
        ProcessorSettings settings, ShopTraffic traffic, RedTable table, StageRunner runner, CancellationToken stop)
    {
        using WorkerMetrics metrics = new(ProgramVersion.Text, time);
        using Composition composition = new(settings, metrics, time, logger, runner.Stopping)
        {
            OffsetsAreForgotten = true,
            SourcePartitions = InProcessBroker.PartitionsPerTopic,
            SourceIsLogAppendTime = false,
        };
        runner.Start(composition.Aggregate(0));
        runner.Start(composition.Merge(0));
        using (CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(stop, runner.Stopping))
        {
            if (options.Duration is TimeSpan duration)
            {
                ending.CancelAfter(duration);
            }

            await new TrafficFeed(settings, traffic, time).RunAsync(ending.Token).ConfigureAwait(false);
        }

        long waiting = time.GetTimestamp();
        while (table.TotalCalls < traffic.Counts.Spans && time.GetElapsedTime(waiting) < LongestWait && !runner.Stopping.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), time, CancellationToken.None).ConfigureAwait(false);
        }

        runner.Stop();
        return await runner.WaitAsync().ConfigureAwait(false);
    }

    private RedFrame Frame(ShopTraffic traffic, RedTable table, long started, string note) => new()
    {
        Now = time.GetUtcNow(),
        Elapsed = time.GetElapsedTime(started),
        SpansGenerated = traffic.Counts.Spans,
        SpansCounted = table.TotalCalls,
        PointUnixNanos = table.NewestPointNanos,
        Rows = table.Rows(),
        StruckService = traffic.StruckService,
        Note = note,
    };

    private static ProcessorSettings Settings(InProcessBroker broker) => new()
    {
        Source = new SpanSourceSettings { Kafka = new KafkaClientSettings { Brokers = [broker.BootstrapServers] } },
        Connector = new ConnectorSettings { MetricsFlushInterval = Step },
        Stream = new StreamSettings { ApplicationId = "demo", Shards = InProcessBroker.PartitionsPerTopic },
    };

    private static string Render(IEnumerable<ExportMetricsServiceRequest> requests)
    {
        PrometheusRules rules = RulesBuilder.Prometheus(new ProcessorSettings());
        SeriesTranslator translator = new(rules);
        OpenMetricsText text = new();
        SeriesBuffer buffer = new();
        foreach (ExportMetricsServiceRequest request in requests)
        {
            buffer.Clear();
            translator.Translate(request, buffer);
            text.Add(buffer);
        }

        ArrayBufferWriter<byte> bytes = new();
        text.WriteTo(bytes);
        return Encoding.UTF8.GetString(bytes.WrittenSpan);
    }
}
