using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Trace.V1;
using StreamSpanMetrics.Demo;

namespace StreamSpanMetrics.Tests.Demo;

public sealed class ShopTrafficTests
{
    private static readonly DateTimeOffset start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private static readonly TimeSpan tick = TimeSpan.FromMilliseconds(200);

    [Fact]
    public void The_same_seed_and_times_give_the_same_bytes()
    {
        List<TrafficRecord> first = Run(new ShopTraffic(7), 10);
        List<TrafficRecord> second = Run(new ShopTraffic(7), 10);
        List<TrafficRecord> other = Run(new ShopTraffic(8), 10);

        Assert.Equal(first.Select(record => Convert.ToHexString(record.Value)), second.Select(record => Convert.ToHexString(record.Value)));
        Assert.NotEqual(first[0].Value, other[0].Value);
    }

    [Fact]
    public void The_counts_are_those_of_the_records()
    {
        ShopTraffic traffic = new(11);
        List<TrafficRecord> records = Run(traffic, 40);
        TrafficCounts counted = new();
        foreach (TrafficRecord record in records)
        {
            List<(string Service, Span Span)> spans = Spans(record);
            Assert.Equal(record.SpanCount, spans.Count);
            spans.ForEach(item => counted.Add(item.Service, item.Span));
        }

        Assert.Equal(traffic.Counts.Spans, counted.Spans);
        Assert.Equal(traffic.Counts.Errors, counted.Errors);
        Assert.Equal(
            counted.ByOperation().OrderBy(pair => pair.Key.ToString(), StringComparer.Ordinal),
            traffic.Counts.ByOperation().OrderBy(pair => pair.Key.ToString(), StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(300)]
    [InlineData(2_000)]
    [InlineData(9_000)]
    public void The_rate_is_that_asked_for(double spansPerSecond)
    {
        ShopTraffic traffic = new(3, spansPerSecond);
        Run(traffic, 50);
        Assert.InRange(traffic.Counts.Spans, spansPerSecond * 10, (spansPerSecond * 10) + 100);
    }

    [Fact]
    public void Records_hold_one_to_two_hundred_spans_of_several_resources()
    {
        List<TrafficRecord> records = Run(new ShopTraffic(5, 5_000), 5);
        Assert.All(records, record => Assert.InRange(record.SpanCount, 1, 230));
        Assert.True(records.Count(record => record.SpanCount >= 100) > records.Count / 2);
        Assert.All(
            records.Where(record => record.SpanCount >= 100),
            record => Assert.True(ExportTraceServiceRequest.Parser.ParseFrom(record.Value).ResourceSpans.Count > 5));
    }

    [Fact]
    public void Spans_end_in_their_window_and_parents_hold_the_children_they_wait_for()
    {
        foreach (TrafficRecord record in Run(new ShopTraffic(13), 10))
        {
            Dictionary<string, Span> byId = Spans(record).ToDictionary(item => item.Span.SpanId.ToBase64(), item => item.Span);
            foreach (Span span in byId.Values)
            {
                Assert.True(span.StartTimeUnixNano < span.EndTimeUnixNano);
                Assert.True(span.EndTimeUnixNano <= (ulong)(start + (10 * tick)).ToUnixTimeMilliseconds() * 1_000_000);
                if (span.ParentSpanId.IsEmpty)
                {
                    continue;
                }

                Span parent = byId[span.ParentSpanId.ToBase64()];
                Assert.Equal(parent.TraceId, span.TraceId);
                Assert.True(parent.StartTimeUnixNano <= span.StartTimeUnixNano);
                Assert.True(span.Kind == Span.Types.SpanKind.Consumer || span.EndTimeUnixNano <= parent.EndTimeUnixNano);
            }
        }
    }

    [Fact]
    public void All_services_kinds_and_both_attribute_generations_appear()
    {
        List<(string Service, Span Span)> spans = [.. Run(new ShopTraffic(17), 50).SelectMany(Spans)];
        Assert.Equal(13, spans.Select(item => item.Service).Distinct().Count());
        Assert.Equal(5, spans.Select(item => item.Span.Kind).Distinct().Count());
        HashSet<string> names = [.. spans.SelectMany(item => item.Span.Attributes).Select(attribute => attribute.Key)];
        Assert.Superset(
            new HashSet<string>
            {
                "http.request.method", "http.status_code", "http.response.status_code", "db.system", "db.system.name", "rpc.method",
            },
            names);
        HashSet<AnyValue.ValueOneofCase> kinds = [.. spans.SelectMany(item => item.Span.Attributes).Select(item => item.Value.ValueCase)];
        Assert.Superset(
            new HashSet<AnyValue.ValueOneofCase>
            {
                AnyValue.ValueOneofCase.StringValue, AnyValue.ValueOneofCase.IntValue, AnyValue.ValueOneofCase.BoolValue,
            },
            kinds);
        Assert.InRange(spans.Average(item => item.Span.Attributes.Count), 8, 12);
        Assert.All(spans, item => Assert.Equal(
            item.Span.Attributes.Count, item.Span.Attributes.Select(attribute => attribute.Key).Distinct().Count()));
    }

    [Fact]
    public void A_burst_begins_within_half_a_minute_makes_errors_and_ends()
    {
        ShopTraffic traffic = new(19, 1_000);
        string? struck = null;
        long errorsBefore = 0;
        long spansBefore = 0;
        int ticksStruck = 0;
        for (int index = 1; index <= 250; index++)
        {
            traffic.NextBatch(start + (index * tick), tick);
            if (traffic.StruckService is null && struck is null)
            {
                errorsBefore = traffic.Counts.Errors;
                spansBefore = traffic.Counts.Spans;
            }
            else if (traffic.StruckService is not null)
            {
                struck ??= traffic.StruckService;
                ticksStruck++;
            }
            else
            {
                break;
            }
        }

        Assert.NotNull(struck);
        Assert.Null(traffic.StruckService);
        Assert.InRange(ticksStruck * tick.TotalSeconds, 6.5, 14.5);
        double calm = (double)errorsBefore / spansBefore;
        double ill = (double)(traffic.Counts.Errors - errorsBefore) / (traffic.Counts.Spans - spansBefore);
        Assert.True(ill > 2 * calm, $"{struck}: {ill} against {calm}");
    }

    [Fact]
    public void Failures_carry_an_exception_event()
    {
        IEnumerable<Span> spans = Run(new ShopTraffic(23), 50).SelectMany(Spans).Select(item => item.Span);
        List<Span> thrown = [.. spans.Where(span => span.Events.Count > 0)];
        Assert.NotEmpty(thrown);
        Assert.All(thrown, span =>
        {
            Assert.Equal(Status.Types.StatusCode.Error, span.Status.Code);
            Assert.Equal("exception", span.Events[0].Name);
            Assert.Equal(
                ["exception.type", "exception.message", "exception.stacktrace"], span.Events[0].Attributes.Select(item => item.Key));
        });
    }

    [Fact]
    public void No_time_gives_no_spans()
    {
        Assert.Empty(new ShopTraffic(1).NextBatch(start, TimeSpan.Zero));
    }

    private static List<TrafficRecord> Run(ShopTraffic traffic, int ticks)
    {
        List<TrafficRecord> records = [];
        for (int index = 1; index <= ticks; index++)
        {
            records.AddRange(traffic.NextBatch(start + (index * tick), tick));
        }

        return records;
    }

    private static List<(string Service, Span Span)> Spans(TrafficRecord record)
    {
        List<(string Service, Span Span)> spans = [];
        foreach (ResourceSpans resource in ExportTraceServiceRequest.Parser.ParseFrom(record.Value).ResourceSpans)
        {
            string service = resource.Resource.Attributes.Single(attribute => attribute.Key == "service.name").Value.StringValue;
            spans.AddRange(resource.ScopeSpans.SelectMany(scope => scope.Spans).Select(span => (service, span)));
        }

        return spans;
    }
}
