using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using Prometheus.RemoteWrite.V1;
using Prometheus.RemoteWrite.V2;
using Snappier;
using StreamSpanMetrics.Core.Prometheus;
using StreamSpanMetrics.Testing;
using TimeSeries = Prometheus.RemoteWrite.V1.TimeSeries;

namespace StreamSpanMetrics.Core.Tests.Prometheus;

/// <summary>The series that the Collector's exporter made of the connector's metrics, against ours of the same metrics.</summary>
public sealed class GoldenSeriesTests
{
    private static readonly string Root = Path.Combine(AppContext.BaseDirectory, "Fixtures", "golden");

    // The exporter's settings in the settings.yaml of each case; all others ran with the defaults.
    private static readonly Dictionary<string, PrometheusRules> RulesBySettings = new()
    {
        ["resource-attributes"] = new PrometheusRules { ResourceAttributesAsLabels = true },
        ["no-suffixes"] = new PrometheusRules { Translation = TranslationStrategy.UnderscoreEscapingWithoutSuffixes },
        ["no-translation"] = new PrometheusRules { Translation = TranslationStrategy.NoTranslation },
        ["utf8-suffixes"] = new PrometheusRules { Translation = TranslationStrategy.NoUTF8EscapingWithSuffixes },
        ["prw-namespace-external"] = new PrometheusRules
        {
            Namespace = "shop",
            ExternalLabels = new Dictionary<string, string> { ["cluster"] = "c1", ["__replica__"] = "r", ["job"] = "ext" },
            SendMetadata = true,
            DisableScopeInfo = true,
        },
    };

    private static readonly string[] Settings =
    [
        "article", "default", "plain", "dimensions", "odd-label-names", "seconds", "identity", "events", "exemplars", "histogram-off",
        "resource-attributes", "no-suffixes", "prw-namespace-external", "no-translation", "rw2", "utf8-suffixes",
    ];

    public static TheoryData<string, string> Cases()
    {
        TheoryData<string, string> cases = [];
        foreach (string settings in Settings)
        {
            foreach (string corpus in Directory.GetDirectories(Path.Combine(Root, settings)).Order(StringComparer.Ordinal))
            {
                cases.Add(settings, Path.GetFileName(corpus));
            }
        }

        return cases;
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Series_equal_those_of_the_collector(string settings, string corpus)
    {
        Dictionary<string, double> expected = ReadSeries(settings, corpus);
        Dictionary<string, double> actual = [];
        SeriesBuffer buffer = Translate(settings, corpus);
        foreach (TimeSeries series in TestSeries.Decode(buffer).Timeseries)
        {
            actual.Add(TestSeries.Text(series), series.Samples[^1].Value);
        }

        Assert.Equal(0, buffer.UntranslatedPoints);
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), actual.Keys.Order(StringComparer.Ordinal));
        foreach (KeyValuePair<string, double> series in expected)
        {
            if (!WasWrittenByTwoResources(series.Key))
            {
                Assert.Equal(series.Value, actual[series.Key], Math.Abs(series.Value) * 1e-9);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_exposition_has_a_line_for_each_series_of_the_collector(string settings, string corpus)
    {
        OpenMetricsText text = new();
        text.Add(Translate(settings, corpus));
        ArrayBufferWriter<byte> output = new();
        text.WriteTo(output);
        string[] lines = Encoding.UTF8.GetString(output.WrittenSpan).Split('\n');
        Assert.Equal(["# EOF", ""], lines[^2..]);

        // The golden file escapes as JSON does, the exposition leaves control characters other than line feeds as they are.
        IEnumerable<string> series = lines[..^2].Where(line => !line.StartsWith('#'))
            .Select(line => ExpositionLine.Unquoted(line[..line.LastIndexOf(' ')]))
            .Select(line => line.Replace("\t", @"\t", StringComparison.Ordinal).Replace("\0", @"\u0000", StringComparison.Ordinal));
        Assert.Equal(ReadSeries(settings, corpus).Keys.Order(StringComparer.Ordinal), series.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_settings_has_a_case() =>
        Assert.Equal(32, Cases().Count);

    [Fact]
    public void Labels_are_on_the_wire_in_the_order_of_the_collector()
    {
        byte[] body = Snappy.DecompressToArray(ReadBytes("plain", "flask_new", "request-0.snappy.gz"));
        HashSet<string> ours = [];
        foreach (TimeSeries series in TestSeries.Decode(Translate("plain", "flask_new")).Timeseries)
        {
            ours.Add(Labels(series));
        }

        WriteRequest request = WriteRequest.Parser.ParseFrom(body);
        Assert.Equal(241, request.Timeseries.Count);
        Assert.Equal(ours.Order(), request.Timeseries.Select(Labels).Order());
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_same_series_travel_as_2_0(string settings, string corpus)
    {
        SeriesBuffer buffer = Translate(settings, corpus);
        Request request = TestSeries.Decode2(buffer);
        Assert.Equal(TestSeries.Decode(buffer), Version2Requests.ToVersion1(request));
        Assert.Equal("", request.Symbols[0]);
        Assert.Equal(request.Symbols.Count, request.Symbols.Distinct().Count());
        Assert.Equal(Enumerable.Range(1, request.Symbols.Count - 1), Version2Requests.References(request).Where(one => one > 0).Distinct());
    }

    [Fact]
    public void A_2_0_request_says_of_each_series_what_that_of_the_collector_says()
    {
        Request theirs = Request.Parser.ParseFrom(Snappy.DecompressToArray(FixtureFiles.ReadBytes("remote-write-2/flask.snappy")));
        SeriesBuffer buffer = new();
        new SeriesTranslator(new PrometheusRules()).Translate(Parse(FixtureFiles.ReadText("remote-write-2/flask.json")), buffer);
        Request ours = TestSeries.Decode2(buffer);
        Assert.Equal(241, theirs.Timeseries.Count);
        Assert.Equal(Described(theirs), Described(ours));

        // Theirs has no start timestamps; ours of counters and histograms, but not of target_info, which is a gauge.
        Assert.DoesNotContain(theirs.Timeseries, series => series.Samples[0].StartTimestamp != 0);
        Assert.Single(ours.Timeseries, series => series.Samples[0].StartTimestamp == 0);
    }

    [Fact]
    public void Metadata_is_byte_for_byte_that_of_the_collector()
    {
        byte[] body = Snappy.DecompressToArray(ReadBytes("prw-namespace-external", "node", "request-0.snappy.gz"));
        RemoteWriteBatcher batcher = new(3_000_000, sendMetadata: true);
        batcher.Append(Translate("prw-namespace-external", "node"));
        List<WriteRequestBatch> requests = batcher.Requests();
        Assert.Equal(2, requests.Count);
        Assert.Equal(body, requests[0].Body.ToArray());
        Assert.Equal(0, requests[0].SampleCount);
        Assert.Equal(361, requests[1].SampleCount);
    }

    // Resources that become one label set at one timestamp: which value was sent last is chance.
    private static bool WasWrittenByTwoResources(string series) =>
        series.Contains("job=\"edge-resorder\"", StringComparison.Ordinal)
        || series.Contains("job=\"edge-reskinds\"", StringComparison.Ordinal);

    private static IEnumerable<string> Described(Request request)
    {
        IEnumerable<string> lines = Version2Requests.ToVersion1(request).Timeseries.Zip(request.Timeseries, (labels, series) =>
        {
            Metadata metadata = series.Metadata;
            string[] symbols = [.. request.Symbols];
            return $"{Labels(labels)} {metadata.Type} {symbols[metadata.HelpRef]} {symbols[metadata.UnitRef]} {series.Samples[0].Value:G9}";
        });
        return lines.Order(StringComparer.Ordinal);
    }

    private static string Labels(TimeSeries series) => string.Join('\n', series.Labels.Select(label => $"{label.Name}={label.Value}"));

    private static SeriesBuffer Translate(string settings, string corpus)
    {
        string json = Encoding.UTF8.GetString(ReadBytes(settings, corpus, "metrics.json.gz"));

        // The only zero double among the inputs is a negative one; its sign was lost when the file was recorded.
        json = json.Replace("\"doubleValue\": 0\n", "\"doubleValue\": -0.0\n", StringComparison.Ordinal);
        SeriesBuffer buffer = new();
        SeriesTranslator translator = new(RulesBySettings.GetValueOrDefault(settings) ?? new PrometheusRules());
        translator.Translate(Parse(json), buffer);
        return buffer;
    }

    private static ExportMetricsServiceRequest Parse(string json) =>
        new JsonParser(JsonParser.Settings.Default.WithIgnoreUnknownFields(true)).Parse<ExportMetricsServiceRequest>(json);

    private static Dictionary<string, double> ReadSeries(string settings, string corpus)
    {
        Dictionary<string, double> series = [];
        foreach (string line in Encoding.UTF8.GetString(ReadBytes(settings, corpus, "series.txt.gz")).Split('\n'))
        {
            int space = line.LastIndexOf(' ');
            if (space > 0)
            {
                series.Add(line[..space], double.Parse(line[(space + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture));
            }
        }

        return series;
    }

    private static byte[] ReadBytes(string settings, string corpus, string file)
    {
        using FileStream compressed = File.OpenRead(Path.Combine(Root, settings, corpus, file));
        using GZipStream content = new(compressed, CompressionMode.Decompress);
        using MemoryStream target = new();
        content.CopyTo(target);
        return target.ToArray();
    }
}
