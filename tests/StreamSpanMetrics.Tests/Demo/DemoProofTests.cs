using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Trace.V1;
using StreamSpanMetrics.Demo;

namespace StreamSpanMetrics.Tests.Demo;

/// <summary>The demo's parts together: what the records hold, counted by another way, proves what the generator says.</summary>
public sealed class DemoProofTests
{
    private static readonly DateTimeOffset start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private readonly ShopTraffic traffic = new(29);
    private readonly RedTable table = new("traces.span.metrics.calls", "traces.span.metrics.duration", TimeSpan.FromSeconds(15));
    private readonly Dictionary<(string Service, string Span, Span.Types.SpanKind Kind, string Status), long> calls = [];

    [Fact]
    public void Points_computed_from_all_records_prove_the_counts()
    {
        CountSeconds(20);
        Publish();
        DemoSummary summary = new(traffic.Counts.ByOperation(), table.Totals());
        Assert.True(summary.IsEqual, string.Join('\n', summary.Differences));
        Assert.Equal(traffic.Counts.Spans, table.TotalCalls);
        Assert.Equal(traffic.Counts.Errors, table.Totals().Values.Sum(count => count.Errors));
    }

    [Fact]
    public void One_span_that_is_counted_twice_is_found()
    {
        CountSeconds(5);
        KeyValuePair<(string Service, string Span, Span.Types.SpanKind Kind, string Status), long> any = calls.First();
        calls[any.Key] = any.Value + 1;
        Publish();
        DemoSummary summary = new(traffic.Counts.ByOperation(), table.Totals());
        Assert.StartsWith(any.Key.Service + " " + any.Key.Span, Assert.Single(summary.Differences), StringComparison.Ordinal);
    }

    private void CountSeconds(int seconds)
    {
        for (int second = 1; second <= seconds; second++)
        {
            foreach (TrafficRecord record in traffic.NextBatch(start.AddSeconds(second), TimeSpan.FromSeconds(1)))
            {
                Count(ExportTraceServiceRequest.Parser.ParseFrom(record.Value));
            }
        }
    }

    private void Count(ExportTraceServiceRequest request)
    {
        foreach (ResourceSpans resource in request.ResourceSpans)
        {
            string service = AttributeText.Find(resource.Resource.Attributes, "service.name");
            foreach (Span span in resource.ScopeSpans.SelectMany(scope => scope.Spans))
            {
                string status = span.Status is null ? "STATUS_CODE_UNSET" : "STATUS_CODE_" + span.Status.Code.ToString().ToUpperInvariant();
                (string, string, Span.Types.SpanKind, string) key = (service, span.Name, span.Kind, status);
                calls[key] = calls.GetValueOrDefault(key) + 1;
            }
        }
    }

    private void Publish()
    {
        foreach (((string service, string span, Span.Types.SpanKind kind, string status), long count) in calls)
        {
            string kindText = "SPAN_KIND_" + kind.ToString().ToUpperInvariant();
            table.Accept([(byte)service.Length], new MetricsBuilder(service).Call(span, status, 30, 45, count, kind: kindText).Build());
        }
    }
}
