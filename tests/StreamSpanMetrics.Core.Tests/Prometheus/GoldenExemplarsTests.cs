using System.Globalization;
using System.Text.RegularExpressions;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using Prometheus.RemoteWrite.V1;
using Snappier;
using StreamSpanMetrics.Core.Prometheus;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Core.Tests.Prometheus;

/// <summary>What the Collector's exporter made of the connector's exemplars, against what we make of the same ones.</summary>
public sealed partial class GoldenExemplarsTests
{
    [Fact]
    public void Exemplars_stand_at_the_series_at_which_the_collector_has_them()
    {
        byte[] body = Snappy.DecompressToArray(FixtureFiles.ReadBytes("golden/exemplars/flask/request-0.snappy"));
        SeriesBuffer buffer = new();
        new SeriesTranslator(new PrometheusRules()).Translate(Parse(FixtureFiles.ReadText("golden/exemplars/flask/flush-0.json")), buffer);
        List<string> expected = Exemplars(WriteRequest.Parser.ParseFrom(body));
        Assert.Equal(52, expected.Count);
        Assert.Equal(expected, Exemplars(TestSeries.Decode(buffer)));
        Assert.Equal(expected, Exemplars(Version2Requests.ToVersion1(TestSeries.Decode2(buffer))));
    }

    // The order of labels and of exemplars is ours: that in which Prometheus takes them.
    private static List<string> Exemplars(WriteRequest request) =>
    [
        .. (from series in request.Timeseries
            from exemplar in series.Exemplars
            let labels = exemplar.Labels.OrderBy(label => label.Name, StringComparer.Ordinal).Select(label => $"{label.Name}={label.Value}")
            select string.Create(
                CultureInfo.InvariantCulture,
                $"{TestSeries.Text(series)} {string.Join(' ', labels)} {exemplar.Value:R}@{exemplar.Timestamp}")).Order(StringComparer.Ordinal),
    ];

    // OTLP JSON has ids in hex.
    private static ExportMetricsServiceRequest Parse(string json) =>
        new JsonParser(JsonParser.Settings.Default.WithIgnoreUnknownFields(true)).Parse<ExportMetricsServiceRequest>(
            Ids().Replace(json, id => Convert.ToBase64String(Convert.FromHexString(id.Value))));

    [GeneratedRegex("""(?<="(traceId|spanId)": ?")[0-9a-f]+(?=")""")]
    private static partial Regex Ids();
}
