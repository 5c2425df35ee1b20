using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using StreamSpanMetrics.Integration.Tests.Support;

namespace StreamSpanMetrics.Integration.Tests.Differential;

/// <summary>One Collector in which each of several cases has its own receiver, connector and file.</summary>
internal sealed class RealConnector : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder folder = new();
    private readonly List<PortLease> ports = [];
    private readonly HttpClient client = new();
    private readonly ChildProcess process;

    /// <summary>Starts it.</summary>
    public RealConnector(CollectorProgram program, IReadOnlyList<DifferentialCase> cases)
    {
        StringBuilder receivers = new("receivers:\n");
        StringBuilder connectors = new("connectors:\n");
        StringBuilder exporters = new("exporters:\n");
        StringBuilder pipelines = new("service:\n  telemetry: {metrics: {level: none}}\n  pipelines:\n");
        for (int at = 0; at < cases.Count; at++)
        {
            ports.Add(new PortLease());
            CultureInfo plain = CultureInfo.InvariantCulture;
            receivers.Append(plain, $"  otlp/{at}: {{protocols: {{http: {{endpoint: '127.0.0.1:{ports[at].Port}'}}}}}}\n");
            connectors.Append(plain, $"  span_metrics/{at}: {{metrics_flush_interval: 1s, {cases[at].Connector[1..]}\n");
            exporters.Append(plain, $"  file/{at}: {{path: '{Output(at)}', flush_interval: 100ms}}\n");
            pipelines.Append(plain, $"    traces/{at}: {{receivers: [otlp/{at}], exporters: [span_metrics/{at}]}}\n");
            pipelines.Append(plain, $"    metrics/{at}: {{receivers: [span_metrics/{at}], exporters: [file/{at}]}}\n");
        }

        folder.Write("collector.yaml", $"{receivers}{connectors}{exporters}{pipelines}");
        process = program.Start(folder, "collector.yaml", gates: "-connector.spanmetrics.includeCollectorInstanceID");
    }

    /// <summary>Sends the requests of a case and returns the totals after the last one, as OTLP JSON.</summary>
    public async Task<string> TotalsAsync(int at, DifferentialCase given)
    {
        foreach (byte[] value in given.Values)
        {
            await Eventually.TrueAsync(() => IsTakenAsync(at, value), () => process.Output, Deadline);
        }

        // A counter shows its value at the second flush after its first span, and a flush may be on its way already.
        int before = Flushes(at).Length;
        await Eventually.TrueAsync(() => Flushes(at).Length >= before + 3, () => process.Output, Deadline);
        return Flushes(at)[^1];
    }

    public async ValueTask DisposeAsync()
    {
        await process.DisposeAsync();
        client.Dispose();
        ports.ForEach(port => port.Dispose());
        folder.Dispose();
    }

    private string Output(int at) => folder.PathOf(string.Create(CultureInfo.InvariantCulture, $"out-{at}.jsonl"));

    // Whole lines only: the last one may be half written.
    private string[] Flushes(int at)
    {
        if (!File.Exists(Output(at)))
        {
            return [];
        }

        using FileStream stream = new(Output(at), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using StreamReader reader = new(stream);
        string[] lines = reader.ReadToEnd().Split('\n');
        return lines[..^1];
    }

    private async Task<bool> IsTakenAsync(int at, byte[] value)
    {
        using ByteArrayContent body = new(value);
        body.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
        try
        {
            using HttpResponseMessage answer = await client.PostAsync(
                new Uri($"http://127.0.0.1:{ports[at].Port}/v1/traces"), body, TestContext.Current.CancellationToken);
            return answer.EnsureSuccessStatusCode().IsSuccessStatusCode;
        }
        catch (HttpRequestException exception) when (exception.StatusCode is null)
        {
            // It does not listen yet.
            return false;
        }
    }
}
