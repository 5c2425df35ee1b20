using System.Globalization;
using Google.Protobuf.Collections;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Metrics.V1;
using StreamSpanMetrics.Integration.Tests.Support;
using StreamSpanMetrics.Testing;

namespace StreamSpanMetrics.Integration.Tests.Pipeline;

/// <summary>
/// Exemplars in a real Prometheus, over a killed worker: those of the point records, at their times, none refused for its order although spans
/// end in any order and even in the future.
/// </summary>
public sealed class ExemplarTests(KafkaFixture kafka, PrometheusFixture prometheus)
{
    private const int Records = 80;
    private const int Most = 3;
    private const int StepMillis = 1000;

    [Theory]
    [InlineData("")]
    [InlineData("protobuf_message: io.prometheus.write.v2.Request")]
    public async Task All_of_them_arrive_and_lead_to_spans(string remoteWrite)
    {
        string servers = await kafka.RequireAsync();
        PrometheusServer server = await prometheus.RequireAsync();
        string topic = Topics.UniqueName("spans");
        await Topics.CreateAsync(servers, topic, RecordFile.PartitionCount);
        await using StreamApplication application = new(servers, topic) { RemoteWriteAddress = server.RemoteWriteAddress, RemoteWrite = remoteWrite };
        await using Traffic traffic = Traffic.Start(servers, topic, seed: 43);
        string connector = $"exemplars: {{enabled: true, max_per_data_point: {Most}}}";
        WorkerProcess first = application.StartWorker(connector);
        await traffic.WaitForMoreAsync(Records);
        first.Kill();
        application.StartWorker(connector);
        await traffic.WaitForMoreAsync(Records);
        IReadOnlyList<byte[]> written = [.. await traffic.StopAsync()];
        await new PrometheusTotals(server, application).BecomeAsync(SpanTruth.Of(written));

        PointLog points = PointLog.Read(servers, application.MetricsTopic);
        HashSet<string> spans = [.. written.SelectMany(SpansOf)];
        SortedSet<string> calls = Expected(points.Calls, spans, point => (point.TimeUnixNano, point.Exemplars));
        SortedSet<string> durations = Expected(points.Durations, spans, point => (point.TimeUnixNano, point.Exemplars));
        Assert.True(calls.Count > 100, $"{calls.Count} exemplars");
        Assert.Equal(calls, durations);
        Assert.Equal(calls, await StoredAsync(server, $"traces_span_metrics_calls_total{{run=\"{application.Id}\"}}"));
        Assert.Equal(durations, await StoredAsync(server, $"traces_span_metrics_duration_milliseconds_bucket{{run=\"{application.Id}\"}}"));
    }

    private static IEnumerable<string> SpansOf(byte[] request) =>
        from resource in ExportTraceServiceRequest.Parser.ParseFrom(request).ResourceSpans
        from scope in resource.ScopeSpans
        from span in scope.Spans
        select Ids(span.TraceId.Span, span.SpanId.Span);

    private static SortedSet<string> Expected<TPoint>(
        IReadOnlyDictionary<SeriesName, List<TPoint>> all, HashSet<string> spans, Func<TPoint, (ulong Nanos, RepeatedField<Exemplar> Exemplars)> read)
    {
        SortedSet<string> expected = new(StringComparer.Ordinal);
        foreach ((SeriesName name, List<TPoint> points) in all)
        {
            foreach ((ulong nanos, RepeatedField<Exemplar> exemplars) in points.Select(read))
            {
                Assert.InRange(exemplars.Count, 0, Most);
                foreach (Exemplar exemplar in exemplars)
                {
                    Assert.Contains(Ids(exemplar.TraceId.Span, exemplar.SpanId.Span), spans);
                    long millis = (long)(exemplar.TimeUnixNano / 1_000_000);
                    long end = (long)(nanos / 1_000_000);
                    Assert.InRange(millis, end - StepMillis, end - 1);
                    expected.Add(Text(name, millis, exemplar.AsDouble));
                }
            }
        }

        return expected;
    }

    // Without ids: of two spans with one time and one duration Prometheus may take only one.
    private static async Task<SortedSet<string>> StoredAsync(PrometheusServer server, string selector)
    {
        SortedSet<string> stored = new(StringComparer.Ordinal);
        foreach (StoredExemplar exemplar in await server.QueryExemplarsAsync(selector))
        {
            if (exemplar.SeriesLabels.TryGetValue("le", out string? bound) && bound != "+Inf")
            {
                Assert.True(exemplar.Value <= double.Parse(bound, CultureInfo.InvariantCulture), $"{exemplar.Value} in {bound}");
            }

            Assert.Equal((32, 16), (exemplar.Labels["trace_id"].Length, exemplar.Labels["span_id"].Length));
            stored.Add(Text(PrometheusTotals.Name(exemplar.SeriesLabels), exemplar.TimestampMillis, exemplar.Value));
        }

        return stored;
    }

    private static string Ids(ReadOnlySpan<byte> traceId, ReadOnlySpan<byte> spanId) =>
        Convert.ToHexString(traceId) + Convert.ToHexString(spanId);

    private static string Text(SeriesName name, long millis, double value) =>
        string.Create(CultureInfo.InvariantCulture, $"{name} {value:R}@{millis}");
}
