using System.CommandLine;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using StreamSpanMetrics.Commands;
using StreamSpanMetrics.Integration.Tests.Support;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Integration.Tests.Commands;

/// <summary>What <c>state export</c> writes is what the newest points say, and what promtool takes.</summary>
public sealed class StateExportTests(KafkaFixture kafka)
{
    private const int Records = 100;

    private static readonly Dictionary<string, string> AppendTime = new() { ["message.timestamp.type"] = "LogAppendTime" };

    [Fact]
    public async Task The_totals_are_those_of_the_newest_points()
    {
        string servers = await kafka.RequireAsync();
        string topic = Topics.UniqueName("spans");
        await Topics.CreateAsync(servers, topic, RecordFile.PartitionCount, AppendTime);
        await using StreamApplication application = new(servers, topic);
        await using Traffic traffic = Traffic.Start(servers, topic, seed: 31);
        WorkerProcess worker = application.StartWorker();
        await traffic.WaitForMoreAsync(Records);
        SpanTruth truth = SpanTruth.Of(await traffic.StopAsync());
        await Eventually.TrueAsync(
            () => PointLog.Read(servers, application.MetricsTopic).Calls.Values.Sum(series => series[^1].AsInt) == truth.Spans,
            () => $"the worker does not count {truth.Spans} spans: {application.Output}", TimeSpan.FromSeconds(60));
        worker.Stop();
        Assert.Equal(0, await worker.WaitForExitAsync());

        PointLog exported = new();
        exported.Add(JsonParser.Default.Parse<ExportMetricsServiceRequest>(await RunAsync(application, "otlp-json")));
        exported.Holds(truth);
        PointLog written = PointLog.Read(servers, application.MetricsTopic);
        Assert.All(exported.Calls, series => Assert.Equal(written.Calls[series.Key][^1], Assert.Single(series.Value)));
        PointLog parts = new();
        for (int shard = 0; shard < 4; shard++)
        {
            parts.Add(JsonParser.Default.Parse<ExportMetricsServiceRequest>(
                await RunAsync(application, "otlp-json", "--shard", $"{shard}")));
        }

        parts.Holds(truth);
        string text = await RunAsync(application, "openmetrics");
        long calls = text.Split('\n')
            .Where(line => line.StartsWith("traces_span_metrics_calls_total{", StringComparison.Ordinal))
            .Sum(line => long.Parse(line.Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(truth.Spans, calls);
        Assert.EndsWith("# EOF\n", text, StringComparison.Ordinal);
    }

    private static async Task<string> RunAsync(StreamApplication application, string form, params string[] more)
    {
        using TemporaryFolder folder = new();
        using StringWriter output = new() { NewLine = "\n" };
        using StringWriter error = new() { NewLine = "\n" };
        RootCommand root = new() { StateCommand.Create() };
        string file = folder.Write("settings.yaml", application.SettingsText());
        int code = await CommandLine.RunAsync(root, ["state", "export", "--output", form, "--config", file, .. more], output, error);
        Assert.True(code == 0, error.ToString());
        return output.ToString();
    }
}
