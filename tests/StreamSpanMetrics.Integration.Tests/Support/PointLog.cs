using Confluent.Kafka;
using OpenTelemetry.Proto.Collector.Metrics.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Metrics.V1;
using OpenTelemetry.Proto.Resource.V1;

namespace StreamSpanMetrics.Integration.Tests.Support;

/// <summary>The points of a metrics topic by series, in the order of the log, as a committed reader sees them.</summary>
public sealed class PointLog
{
    private const ulong NanosPerSecond = 1_000_000_000;

    private readonly Dictionary<SeriesName, List<NumberDataPoint>> calls = [];
    private readonly Dictionary<SeriesName, List<HistogramDataPoint>> durations = [];

    /// <summary>Points of the calls by series.</summary>
    public IReadOnlyDictionary<SeriesName, List<NumberDataPoint>> Calls => calls;

    /// <summary>Points of the durations by series.</summary>
    public IReadOnlyDictionary<SeriesName, List<HistogramDataPoint>> Durations => durations;

    /// <summary>The sum of the newest values of all calls; the marker at the end of a series is not a value.</summary>
    public long LatestCalls => calls.Values.Sum(points => points.Last(point => (point.Flags & 1) == 0).AsInt);

    /// <summary>Reads a topic to its end.</summary>
    public static PointLog Read(string bootstrapServers, string topic)
    {
        PointLog log = new();
        foreach (ConsumeResult<byte[]?, byte[]?> record in TopicReader.ReadAll(bootstrapServers, topic))
        {
            log.Add(ExportMetricsServiceRequest.Parser.ParseFrom(record.Message.Value));
        }

        return log;
    }

    /// <summary>Adds a request, in the order of the log.</summary>
    public void Add(ExportMetricsServiceRequest request)
    {
        foreach (ResourceMetrics resource in request.ResourceMetrics)
        {
            foreach (Metric metric in resource.ScopeMetrics.SelectMany(scope => scope.Metrics))
            {
                Add(resource.Resource, metric);
            }
        }
    }

    /// <summary>
    /// Asserts what a reader of counters relies on, for every series: a zero point first, then one point at the end of every step,
    /// one start time, and values that never fall.
    /// </summary>
    /// <param name="stepSeconds">Length of a step.</param>
    public void IsGapless(int stepSeconds)
    {
        ulong step = (ulong)stepSeconds * NanosPerSecond;
        Assert.NotEmpty(calls);
        foreach ((SeriesName name, List<NumberDataPoint> points) in calls)
        {
            Assert.True(points[0].AsInt == 0 && points[0].TimeUnixNano == points[0].StartTimeUnixNano, $"{name} has no zero point");
            foreach ((NumberDataPoint before, NumberDataPoint point) in points.Zip(points.Skip(1)))
            {
                Assert.True(point.TimeUnixNano == before.TimeUnixNano + step, $"{name}: {before} is followed by {point}");
                Assert.True(point.StartTimeUnixNano == before.StartTimeUnixNano, $"{name}: {before} is followed by {point}");
                Assert.True(point.AsInt >= before.AsInt, $"{name}: {before} is followed by {point}");
            }
        }

        foreach ((SeriesName name, List<HistogramDataPoint> points) in durations)
        {
            Assert.Equal(calls[name].Select(point => point.TimeUnixNano), points.Select(point => point.TimeUnixNano));
            Assert.Equal(calls[name].Select(point => (ulong)point.AsInt), points.Select(point => point.Count));
        }
    }

    /// <summary>Asserts that the highest points are the truth: calls, and the sum over all buckets.</summary>
    public void Holds(SpanTruth truth)
    {
        Assert.Equal(Sorted(truth.Calls), Sorted(calls.Select(series => (series.Key, series.Value.Max(point => point.AsInt)))));
        Assert.Equal(
            Sorted(truth.Calls),
            Sorted(durations.Select(series => (series.Key, (long)series.Value.Max(point => point.BucketCounts.Sum(count => (decimal)count))))));
    }

    private void Add(Resource resource, Metric metric)
    {
        if (metric.Name == "traces.span.metrics.calls")
        {
            foreach (NumberDataPoint point in metric.Sum.DataPoints)
            {
                Add(calls, Name(resource, point.Attributes), point);
            }
        }
        else if (metric.Name == "traces.span.metrics.duration")
        {
            foreach (HistogramDataPoint point in metric.Histogram.DataPoints)
            {
                Add(durations, Name(resource, point.Attributes), point);
            }
        }
    }

    private static void Add<TPoint>(Dictionary<SeriesName, List<TPoint>> series, SeriesName name, TPoint point)
    {
        if (!series.TryGetValue(name, out List<TPoint>? points))
        {
            points = [];
            series.Add(name, points);
        }

        points.Add(point);
    }

    private static SeriesName Name(Resource resource, IEnumerable<KeyValue> attributes)
    {
        string group = Text(resource.Attributes, "service.namespace");
        string service = Text(resource.Attributes, "service.name");
        return new SeriesName(
            group.Length == 0 ? service : $"{group}/{service}",
            Text(resource.Attributes, "deployment.environment.name"),
            Text(attributes, "service.name"),
            Text(attributes, "span.name"),
            Text(attributes, "span.kind"),
            Text(attributes, "status.code"));
    }

    private static string Text(IEnumerable<KeyValue> attributes, string name) =>
        attributes.FirstOrDefault(attribute => attribute.Key == name)?.Value.StringValue ?? "";

    private static SortedDictionary<string, long> Sorted(IEnumerable<(SeriesName Name, long Value)> series) =>
        new(series.ToDictionary(one => one.Name.ToString(), one => one.Value), StringComparer.Ordinal);

    private static SortedDictionary<string, long> Sorted(IReadOnlyDictionary<SeriesName, long> series) =>
        Sorted(series.Select(one => (one.Key, one.Value)));
}
