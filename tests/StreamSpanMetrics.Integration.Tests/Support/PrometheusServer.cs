using System.Globalization;
using System.Net;
using System.Text.Json;

namespace StreamSpanMetrics.Integration.Tests.Support;

/// <summary>A real Prometheus that takes remote write, wherever it runs. Without a process of its own it is a container's.</summary>
public sealed class PrometheusServer : IAsyncDisposable
{
    private static readonly TimeSpan StartDeadline = TimeSpan.FromSeconds(60);

    private readonly HttpClient http;
    private readonly List<IAsyncDisposable> parts = [];

    /// <summary>Takes a server by its address.</summary>
    /// <param name="address">For example <c>http://127.0.0.1:9090/</c>.</param>
    /// <param name="client">Asks it; null: a client without any secret.</param>
    public PrometheusServer(Uri address, HttpClient? client = null)
    {
        Address = address;
        http = client ?? new HttpClient();
        http.BaseAddress = address;
    }

    /// <summary>Root of its HTTP interface.</summary>
    public Uri Address { get; }

    /// <summary>Where remote write goes.</summary>
    public Uri RemoteWriteAddress => new(Address, "api/v1/write");

    /// <summary>Starts a server of one's own with the <c>prometheus</c> of PATH.</summary>
    /// <param name="outOfOrderTimeWindow">How old a sample may be beside newer ones, for example <c>24h</c>; null: not at all.</param>
    /// <param name="webConfigFile">A web configuration file that turns on TLS; null: plain HTTP.</param>
    /// <param name="client">Asks it; null: a client without any secret.</param>
    /// <param name="arguments">Further arguments of the program.</param>
    /// <exception cref="UnavailableException">There is no such program.</exception>
    public static async Task<PrometheusServer> StartAsync(
        string? outOfOrderTimeWindow = null, string? webConfigFile = null, HttpClient? client = null, params IEnumerable<string> arguments)
    {
        string program = ProgramPath.Find("prometheus") ?? throw new UnavailableException("there is no prometheus on PATH");
        TemporaryFolder folder = new();
        PortLease port = new();
        ChildProcess process = ChildProcess.Start(program,
        [
            $"--config.file={folder.Write("prometheus.yml", ConfigurationText(outOfOrderTimeWindow))}",
            $"--storage.tsdb.path={folder.PathOf("data")}",
            $"--web.listen-address=127.0.0.1:{port.Port}",
            "--web.enable-remote-write-receiver",
            "--enable-feature=exemplar-storage,native-histograms",
            "--log.level=warn",
            .. arguments,
            .. webConfigFile is null ? Array.Empty<string>() : [$"--web.config.file={webConfigFile}"],
        ]);
        PrometheusServer server = new(new Uri($"{(webConfigFile is null ? "http" : "https")}://127.0.0.1:{port.Port}/"), client);
        server.parts.AddRange([process, new Owned(port), new Owned(folder)]);
        try
        {
            await server.WaitUntilReadyAsync(() => process.HasExited, () => process.Output);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>The settings file of a server that scrapes nothing.</summary>
    public static string ConfigurationText(string? outOfOrderTimeWindow) =>
        "global: {scrape_interval: 15s}\n"
        + (outOfOrderTimeWindow is null ? "" : $"storage: {{tsdb: {{out_of_order_time_window: {outOfOrderTimeWindow}}}}}\n");

    /// <summary>Waits until the server says that it is ready.</summary>
    public Task WaitUntilReadyAsync(Func<bool> hasEnded, Func<string> output) => Eventually.TrueAsync(
        async () =>
        {
            if (hasEnded())
            {
                throw new InvalidOperationException($"Prometheus ended:\n{output()}");
            }

            try
            {
                using HttpResponseMessage answer = await http.GetAsync(new Uri("-/ready", UriKind.Relative));
                return answer.StatusCode == HttpStatusCode.OK;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        },
        () => $"Prometheus is not ready:\n{output()}",
        StartDeadline);

    /// <summary>Evaluates a PromQL expression at one instant. The series come in the order of the answer.</summary>
    /// <param name="expression">For example <c>sum by (span_name) (calls_total)</c>, or a range selector.</param>
    /// <param name="timeSeconds">Seconds since 1970; null for now.</param>
    /// <exception cref="HttpRequestException">The expression was refused; the message has Prometheus' reason.</exception>
    public async Task<IReadOnlyList<PrometheusSeries>> QueryAsync(string expression, double? timeSeconds = null)
    {
        string time = timeSeconds is double seconds ? "&time=" + seconds.ToString("R", CultureInfo.InvariantCulture) : "";
        Uri address = new($"api/v1/query?query={Uri.EscapeDataString(expression)}{time}", UriKind.Relative);
        using HttpResponseMessage answer = await http.GetAsync(address, TestContext.Current.CancellationToken);
        string text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        if (!answer.IsSuccessStatusCode)
        {
            throw new HttpRequestException($"{expression}: {text}", null, answer.StatusCode);
        }

        using JsonDocument document = JsonDocument.Parse(text);
        JsonElement data = document.RootElement.GetProperty("data");
        JsonElement result = data.GetProperty("result");
        return data.GetProperty("resultType").GetString() == "scalar"
            ? [new PrometheusSeries(new Dictionary<string, string>(), [Point(result)])]
            : [.. result.EnumerateArray().Select(Series)];
    }

    /// <summary>The value of an expression that gives exactly one series.</summary>
    public async Task<double> QueryValueAsync(string expression, double? timeSeconds = null) =>
        Assert.Single(await QueryAsync(expression, timeSeconds)).Value;

    /// <summary>All exemplars of the series that an expression reads, of the last day and the next hour.</summary>
    public async Task<IReadOnlyList<StoredExemplar>> QueryExemplarsAsync(string expression)
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        string range = $"&start={now.AddDays(-1).ToUnixTimeSeconds()}&end={now.AddHours(1).ToUnixTimeSeconds()}";
        Uri address = new($"api/v1/query_exemplars?query={Uri.EscapeDataString(expression)}{range}", UriKind.Relative);
        using JsonDocument document = JsonDocument.Parse(await http.GetStringAsync(address, TestContext.Current.CancellationToken));
        return
        [
            .. from series in document.RootElement.GetProperty("data").EnumerateArray()
               let labels = Labels(series.GetProperty("seriesLabels"))
               from exemplar in series.GetProperty("exemplars").EnumerateArray()
               select new StoredExemplar(
                   labels,
                   Labels(exemplar.GetProperty("labels")),
                   (long)Math.Round(exemplar.GetProperty("timestamp").GetDouble() * 1000),
                   double.Parse(exemplar.GetProperty("value").GetString()!, CultureInfo.InvariantCulture)),
        ];
    }

    /// <summary>Has <paramref name="part"/> disposed of with the server, after what was added before it.</summary>
    public void Own(IAsyncDisposable part) => parts.Add(part);

    /// <summary>Ends the server and deletes its data.</summary>
    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        foreach (IAsyncDisposable part in parts)
        {
            await part.DisposeAsync();
        }
    }

    private static Dictionary<string, string> Labels(JsonElement labels) =>
        labels.EnumerateObject().ToDictionary(label => label.Name, label => label.Value.GetString()!);

    private static PrometheusSeries Series(JsonElement series)
    {
        Dictionary<string, string> labels = Labels(series.GetProperty("metric"));
        return series.TryGetProperty("values", out JsonElement values)
            ? new PrometheusSeries(labels, [.. values.EnumerateArray().Select(Point)])
            : new PrometheusSeries(labels, [Point(series.GetProperty("value"))]);
    }

    private static (double TimeSeconds, double Value) Point(JsonElement point)
    {
        string text = point[1].GetString()!;
        double value = text switch
        {
            "+Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            _ => double.Parse(text, CultureInfo.InvariantCulture),
        };
        return (point[0].GetDouble(), value);
    }

    private sealed class Owned(IDisposable part) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            part.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
