using Google.Protobuf;
using OpenTelemetry.Proto.Metrics.V1;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Points;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Tests.Support;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;
using Span = OpenTelemetry.Proto.Trace.V1.Span;

namespace StreamSpanMetrics.Core.Tests.Totals;

/// <summary>Exponential histograms from spans to points: any cuts and a restore in between give the same bytes (P3, S4).</summary>
public sealed class ExponentialTotalsTests
{
    private const int Steps = 6;
    private const long IntervalMillis = 15_000;

    private static readonly SpanRules Spans = new();
    private static readonly HistogramRules Histogram = new() { BoundsNanos = [], ExponentialMaxSize = 10 };
    private static readonly PointRules Points = new() { IntervalMillis = IntervalMillis, Histogram = Histogram };

    private static readonly PointRules BothWays = Points with
    {
        Histogram = Histogram with { BoundsNanos = [10_000, 1_000_000, 100_000_000], KeepsExplicit = true },
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Any_cuts_and_a_restore_in_between_give_the_same_points(bool bothWays)
    {
        PointRules rules = bothWays ? BothWays : Points;
        Random random = Seeded.Random(3);
        List<(long Step, byte[] Record, ulong[] DurationsNanos)> log = Log(random);
        List<string> once = Run(rules, log, cutAfter: _ => true, restoreAfter: -1);
        Assert.Equal(once, Run(rules, log, cutAfter: at => at % 8 == 7, restoreAfter: -1));
        Assert.Equal(once, Run(rules, log, cutAfter: _ => random.Next(3) == 0, restoreAfter: -1));
        Assert.Equal(once, Run(rules, log, cutAfter: _ => true, restoreAfter: 20));
        Assert.Equal(once, Run(rules, log, cutAfter: at => at % 5 == 4, restoreAfter: 24));
    }

    [Fact]
    public void Points_hold_what_a_slow_count_finds()
    {
        Random random = Seeded.Random(4);
        List<(long Step, byte[] Record, ulong[] DurationsNanos)> log = Log(random);
        List<ExponentialHistogramDataPoint> points = [.. Run(Points, log, cutAfter: at => at % 3 == 0, restoreAfter: -1).SelectMany(PointsOf)];
        Assert.Equal(Steps + 1, points.Count);
        Assert.Equal((0ul, 0.0, null, false), (points[0].Count, points[0].Sum, points[0].Positive, points[0].HasMin));
        ExponentialBuckets all = new(Histogram.ExponentialMaxSize);
        for (int step = 0; step < Steps; step++)
        {
            foreach ((long _, byte[] _, ulong[] durations) in log.Where(record => record.Step == step))
            {
                all.Add(durations, new ExponentialScale(Histogram.Unit));
            }

            ulong[] so = [.. log.Where(record => record.Step <= step).SelectMany(record => record.DurationsNanos)];
            ExponentialHistogramDataPoint point = points[step + 1];
            Assert.Equal(((ulong)so.Length, all.ZeroCount), (point.Count, point.ZeroCount));
            Assert.Equal((all.Scale, all.Offset), (point.Scale, point.Positive.Offset));
            Assert.Equal(all.Counts.ToArray(), point.Positive.BucketCounts);
            Assert.Equal((so.Min() / 1e6, so.Max() / 1e6), (point.Min, point.Max));
            Assert.Equal(so.Sum(nanos => (double)nanos) / 1e6, point.Sum, 6);
        }
    }

    [Fact]
    public void Both_ways_each_histogram_is_what_it_is_alone()
    {
        List<(long Step, byte[] Record, ulong[] DurationsNanos)> log = Log(Seeded.Random(5));
        PointRules explicitOnly = BothWays with { Histogram = BothWays.Histogram with { ExponentialMaxSize = 0, KeepsExplicit = false } };
        List<List<Metric>> both = [.. Run(BothWays, log, cutAfter: at => at % 3 == 0, restoreAfter: 20).Select(Durations)];
        List<Metric> classic = [.. Run(explicitOnly, log, cutAfter: at => at % 3 == 0, restoreAfter: -1).SelectMany(Durations)];
        List<Metric> exponential = [.. Run(Points, log, cutAfter: at => at % 3 == 0, restoreAfter: -1).SelectMany(Durations)];
        Assert.Equal(Steps, classic.Count);
        Assert.Equal(classic, both.Select(metrics => metrics[0]));
        Assert.Equal(exponential, both.Select(metrics => metrics[1]));
        Assert.All(both, metrics => Assert.Equal(2, metrics.Count));
    }

    private static List<Metric> Durations(string hex)
    {
        EmittedRecord record = new(0, "", hex);
        // Fields in the order of their numbers and without defaults: the generated class writes the same.
        Assert.Equal(record.Request.ToByteArray(), Convert.FromHexString(hex));
        return [.. ShardDriver.Metrics(record).Where(metric => metric.Name.EndsWith("duration", StringComparison.Ordinal))];
    }

    private static IEnumerable<ExponentialHistogramDataPoint> PointsOf(string hex) =>
        Durations(hex).Single().ExponentialHistogram.DataPoints;

    private static List<string> Run(
        PointRules rules, List<(long Step, byte[] Record, ulong[] DurationsNanos)> log, Func<int, bool> cutAfter, int restoreAfter) =>
        new CutRun(Spans, rules).Run([.. log.Select(record => (record.Step, record.Record))], cutAfter, restoreAfter);

    private static List<(long Step, byte[] Record, ulong[] DurationsNanos)> Log(Random random) =>
        [.. Enumerable.Range(0, Steps * 8).Select(at => Record(random, at / 8))];

    private static (long Step, byte[] Record, ulong[] DurationsNanos) Record(Random random, int step)
    {
        ulong[] durations = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => Duration(random))];
        Span[] spans = [.. durations.Select(nanos => new Span { Name = "work", StartTimeUnixNano = 1000, EndTimeUnixNano = 1000 + nanos })];
        return (step, Traces.Request([Traces.Text("service.name", "shop")], spans), durations);
    }

    private static ulong Duration(Random random) => random.Next(9) == 0 ? 0 : (ulong)random.NextInt64(1, 1L << random.Next(10, 36));
}
