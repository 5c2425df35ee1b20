using OpenTelemetry.Proto.Metrics.V1;
using OpenTelemetry.Proto.Trace.V1;
using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Points;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Tests.Support;
using Google.Protobuf;

namespace StreamSpanMetrics.Core.Tests.Totals;

/// <summary>Several metrics of the count connector from spans to points: any cuts and a restore in between give the same bytes (P3, S4).</summary>
public sealed class CountTotalsTests
{
    private const int Steps = 6;

    private static readonly SpanRules Spans = SpanRules.Counting(CountRules.Make(
        new("a.all", IsOfEvents: false) { Description = "All spans." },
        CountRules.Of("b.slow", "attributes[\"n\"] >= 3", "n"),
        CountRules.Of("c.never", "false"),
        CountRules.OfEvents("d.events", "span.attributes[\"n\"] != 2", "n")));

    private static readonly PointRules Points = new() { Histogram = new HistogramRules { BoundsNanos = [] } };

    [Theory]
    [InlineData(900_000)]
    [InlineData(600)]
    public void Any_cuts_and_a_restore_in_between_give_the_same_points(int maxRecordBytes)
    {
        Random random = Seeded.Random(11);
        List<(long Step, byte[] Record)> log = Log(random);
        CutRun run = new(Spans, Points with { MaxRecordBytes = maxRecordBytes });
        List<string> once = run.Run(log, cutAfter: _ => true, restoreAfter: -1);
        Assert.Equal(maxRecordBytes < 900_000, once.Count > Steps);
        Assert.Equal(once, run.Run(log, cutAfter: at => at % 8 == 7, restoreAfter: -1));
        Assert.Equal(once, run.Run(log, cutAfter: _ => random.Next(3) == 0, restoreAfter: -1));
        Assert.Equal(once, run.Run(log, cutAfter: _ => true, restoreAfter: 20));
        Assert.Equal(once, run.Run(log, cutAfter: at => at % 5 == 4, restoreAfter: 24));
    }

    [Fact]
    public void Points_hold_what_a_naive_count_finds()
    {
        List<(long Step, byte[] Record)> log = Log(Seeded.Random(12));
        NaiveCount naive = new(Spans, Points.Histogram);
        log.ForEach(record => naive.Add(record.Record, step: 0));
        EmittedRecord last = new(0, "", new CutRun(Spans, Points).Run(log, cutAfter: _ => true, restoreAfter: -1)[^1]);

        // Fields in the order of their numbers and without defaults: the generated class writes the same.
        Assert.Equal(last.Request.ToByteArray(), Convert.FromHexString(last.Value));
        List<Metric> metrics = [.. ShardDriver.Metrics(last)];
        Assert.Equal(["a.all", "b.slow", "d.events"], metrics.Select(metric => metric.Name));
        Assert.Equal(["All spans.", "", ""], metrics.Select(metric => metric.Description));
        Assert.All(metrics, metric => Assert.True(metric.Sum is { IsMonotonic: true, AggregationTemporality: AggregationTemporality.Cumulative }));
        Assert.Equal(
            PointRules.CountScopeName, last.Request.ResourceMetrics[0].ScopeMetrics[0].Scope.Name);
        Assert.Equal(
            naive.Counts.Values.Select(count => (long)count.Buckets[0]).Order(),
            metrics.SelectMany(metric => metric.Sum.DataPoints).GroupBy(point => point.TimeUnixNano).MaxBy(points => points.Key)!
                .Select(point => point.AsInt).Order());
    }

    private static List<(long Step, byte[] Record)> Log(Random random) =>
        [.. Enumerable.Range(0, Steps * 8).Select(at => ((long)at / 8, Record(random)))];

    private static byte[] Record(Random random) => Traces.Request(
        [Traces.Text("service.name", "shop")],
        [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => Made(random))]);

    private static Span Made(Random random)
    {
        Span span = Traces.Span("work", Traces.Attribute("n", new() { IntValue = random.Next(6) }));
        span.Events.Add(Traces.Event(Traces.Attribute("n", new() { IntValue = random.Next(2) })));
        return span;
    }
}
