using Google.Protobuf;
using Google.Protobuf.Collections;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Metrics.V1;
using OpenTelemetry.Proto.Trace.V1;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Points;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Tests.Support;
using StreamSpanMetrics.Core.Tests.Totals;
using StreamSpanMetrics.Core.Totals;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Points;

/// <summary>
/// Exemplars from spans to points, beside a query over all spans: however spans are spread over partitions, cuts and parts, a point has the
/// first spans of its series in the order of their hash.
/// </summary>
public sealed class ExemplarPointsTests
{
    private const int Partitions = 3;
    private const int Most = 3;
    private const long IntervalMillis = 15_000;
    private const long Step = 4;

    [Theory]
    [InlineData(0, false, false, 1)]
    [InlineData(0, true, false, 2)]
    [InlineData(10, false, false, 3)]
    [InlineData(10, true, true, 4)]
    [InlineData(0, true, true, 5)]
    public void A_point_has_the_first_spans_of_its_series(int exponentialMaxSize, bool apart, bool disabled, int seed)
    {
        Random random = Seeded.Random(seed);
        SpanRules rules = new()
        {
            IncludeSpanKind = false,
            IncludeStatusCode = false,
            EventsEnabled = true,
            EventsDimensions = [new DimensionRule("exception.type")],
            CallsDimensions = apart ? [new DimensionRule("tier")] : [],
            HistogramEnabled = !disabled,
            MaxExemplars = Most,
        };
        HistogramRules histogram = new() { ExponentialMaxSize = exponentialMaxSize, BoundsNanos = exponentialMaxSize > 0 ? [] : [5_000_000] };
        for (int round = 0; round < 15; round++)
        {
            Span[] spans = [.. Enumerable.Range(0, random.Next(60)).Select(_ => Span(random))];
            SortedDictionary<string, string> expected = new(StringComparer.Ordinal);
            foreach (Span span in spans)
            {
                Expect(expected, spans, apart, disabled, span);
            }

            Assert.Equal(expected, Read(Run(rules, histogram, spans, random)));
        }
    }

    [Fact]
    public void Without_the_limit_the_blocks_are_the_same_bytes_as_those_of_spans_without_ids()
    {
        Random random = Seeded.Random(9);
        Span[] spans = [.. Enumerable.Range(0, 40).Select(_ => Span(random))];
        Span[] anonymous = [.. spans.Select(span => new Span(span) { TraceId = ByteString.Empty, SpanId = ByteString.Empty })];
        byte[] off = Block(new SpanRules(), spans);
        Assert.Equal(off, Block(new SpanRules(), anonymous));
        Assert.Equal(off, Block(new SpanRules { MaxExemplars = 3 }, anonymous));
        Assert.NotEqual(off, Block(new SpanRules { MaxExemplars = 3 }, spans));
    }

    private static void Expect(SortedDictionary<string, string> expected, Span[] spans, bool apart, bool disabled, Span like)
    {
        Add("calls", span => span.Name + (apart ? " " + Text(span.Attributes, "tier") : ""));
        if (!disabled)
        {
            Add("duration", span => span.Name);
        }

        foreach (string type in like.Events.Select(raised => Text(raised.Attributes, "exception.type")))
        {
            expected[$"events {like.Name} {type}"] = Chosen(
                spans.Where(span => span.Name == like.Name && span.Events.Any(raised => Text(raised.Attributes, "exception.type") == type)));
        }

        void Add(string metric, Func<Span, string> key) =>
            expected[$"{metric} {key(like)}"] = Chosen(spans.Where(span => key(span) == key(like)));
    }

    private static string Chosen(IEnumerable<Span> spans)
    {
        IEnumerable<string> chosen = spans
            .Where(span => span.TraceId.Any(one => one != 0))
            .DistinctBy(span => (span.TraceId, span.SpanId, span.StartTimeUnixNano, span.EndTimeUnixNano))
            .OrderBy(span => ByteHash.Of(Ids(span)))
            .Take(Most)
            .Select(span => Shown(span.TraceId, span.SpanId, DurationNanos(span) / 1e6, Time(span)));
        return string.Join(' ', chosen);
    }

    private static byte[] Ids(Span span) => [.. span.TraceId, .. span.SpanId.Length == 0 ? new byte[8] : [.. span.SpanId]];

    private static ulong DurationNanos(Span span) =>
        span.EndTimeUnixNano > span.StartTimeUnixNano ? span.EndTimeUnixNano - span.StartTimeUnixNano : 0;

    private static ulong Time(Span span) => Math.Clamp(
        span.EndTimeUnixNano, (ulong)(Step * IntervalMillis) * 1_000_000, ((ulong)((Step + 1) * IntervalMillis) * 1_000_000) - 1);

    private static string Shown(ByteString traceId, ByteString spanId, double value, ulong time) =>
        $"{Convert.ToHexString(traceId.Span)}/{Convert.ToHexString(spanId.Span)}={BitConverter.DoubleToInt64Bits(value):x}@{time}";

    private static Span Span(Random random)
    {
        ulong end = (ulong)random.NextInt64((Step - 1) * IntervalMillis, (Step + 2) * IntervalMillis) * 1_000_000;
        ulong duration = (ulong)random.Next(20_000_000);
        byte[] traceId = new byte[16];
        byte[] spanId = new byte[8];
        random.NextBytes(traceId);
        random.NextBytes(spanId);
        Span span = new()
        {
            Name = "work " + random.Next(3),
            StartTimeUnixNano = random.Next(8) == 0 ? end + 5 : end - duration,
            EndTimeUnixNano = end,
            TraceId = random.Next(6) == 0 ? ByteString.Empty : ByteString.CopyFrom(random.Next(8) == 0 ? new byte[16] : traceId),
            SpanId = random.Next(6) == 0 ? ByteString.Empty : ByteString.CopyFrom(spanId),
            TraceState = random.Next(5) == 0 ? "ot=th:c" : "",
        };
        span.Attributes.Add(Traces.Text("tier", "t" + random.Next(2)));
        for (int events = random.Next(4); events > 0; events--)
        {
            span.Events.Add(Traces.Event(Traces.Text("exception.type", "E" + random.Next(2))));
        }

        return span;
    }

    // Each span goes into some partition, one span in ten into two; cuts and parts fall where they may.
    private static List<EmittedRecord> Run(SpanRules rules, HistogramRules histogram, Span[] spans, Random random)
    {
        SeriesLayout layout = new(rules);
        PointRules points = new() { IntervalMillis = IntervalMillis, Histogram = histogram, MaxExemplars = Most };
        ShardRules shard = points.ForShard(0, BlockBuilder.Fingerprint, layout);
        ShardDriver driver = new(shard, points, new long[Partitions]);
        RecordFolder folder = new(rules);
        DeltaAccumulator[] accumulators =
            [.. Enumerable.Range(0, Partitions).Select(_ => NewAccumulator(histogram))];
        DeltaBlockBuilder builder = new(1, histogram, maxPartBytes: random.Next(2) == 0 ? 100 : 10_000);
        long[] offsets = new long[Partitions];
        foreach (Span[] record in spans.Chunk(1 + random.Next(4)))
        {
            int partition = random.Next(Partitions);
            Add(partition, record);
            if (random.Next(10) == 0)
            {
                Add(random.Next(Partitions), record);
            }

            if (random.Next(4) == 0)
            {
                Cut(partition, Step * IntervalMillis);
            }
        }

        for (int partition = 0; partition < Partitions; partition++)
        {
            Cut(partition, (Step + 1) * IntervalMillis);
        }

        return driver.Records;

        void Add(int partition, Span[] record)
        {
            Assert.False(folder.Fold(Traces.Request([Traces.Text("service.name", "shop")], record)).Exists);
            accumulators[partition].Add(folder.Staged, Step);
        }

        void Cut(int partition, long watermark)
        {
            DeltaHeader header = new(
                BlockBuilder.Fingerprint, BlockBuilder.TopicId, partition, offsets[partition], ++offsets[partition], Partitions, watermark);
            foreach (DeltaBlock block in builder.Build(folder.Freeze(), accumulators[partition], header)[0])
            {
                Assert.Equal(ApplyOutcome.Applied, driver.Apply(DeltaBlock.Parser.ParseFrom(block.ToByteArray())).Outcome);
            }

            accumulators[partition].Clear();
        }
    }

    private static DeltaAccumulator NewAccumulator(HistogramRules histogram) =>
        new(new ExplicitBounds(histogram), histogram.Shape.IsExponential, Most);

    private static byte[] Block(SpanRules rules, Span[] spans)
    {
        RecordFolder folder = new(rules);
        DeltaAccumulator accumulator = new(new ExplicitBounds(new HistogramRules()), maxExemplars: rules.MaxExemplars);
        Assert.False(folder.Fold(Traces.Request([Traces.Text("service.name", "shop")], spans)).Exists);
        accumulator.Add(folder.Staged, Step);
        DeltaHeader header = new(BlockBuilder.Fingerprint, BlockBuilder.TopicId, 0, 0, 1, 1, 1);
        return Assert.Single(new DeltaBlockBuilder(1, new HistogramRules()).Build(folder.Freeze(), accumulator, header)[0]).ToByteArray();
    }

    private static SortedDictionary<string, string> Read(List<EmittedRecord> records)
    {
        SortedDictionary<string, string> read = new(StringComparer.Ordinal);
        foreach (Metric metric in records.SelectMany(record => ShardDriver.Metrics(record)))
        {
            string name = metric.Name[(metric.Name.LastIndexOf('.') + 1)..];
            foreach (NumberDataPoint point in metric.Sum?.DataPoints ?? [])
            {
                Note(point.StartTimeUnixNano == point.TimeUnixNano, point.Attributes, point.Exemplars);
            }

            foreach (HistogramDataPoint point in metric.Histogram?.DataPoints ?? [])
            {
                Note(point.StartTimeUnixNano == point.TimeUnixNano, point.Attributes, point.Exemplars);
            }

            foreach (ExponentialHistogramDataPoint point in metric.ExponentialHistogram?.DataPoints ?? [])
            {
                Note(point.StartTimeUnixNano == point.TimeUnixNano, point.Attributes, point.Exemplars);
            }

            void Note(bool isZeroPoint, RepeatedField<KeyValue> attributes, RepeatedField<Exemplar> exemplars)
            {
                Assert.True(!isZeroPoint || exemplars.Count == 0);
                if (!isZeroPoint)
                {
                    string key = string.Join(' ', from part in (string[])["span.name", "tier", "exception.type"]
                                                  let text = Text(attributes, part)
                                                  where text.Length > 0
                                                  select text);
                    IEnumerable<string> shown = exemplars.Select(one => Shown(one.TraceId, one.SpanId, one.AsDouble, one.TimeUnixNano));
                    read.Add($"{name} {key}", string.Join(' ', shown));
                }
            }
        }

        // Fields in the order of their numbers and without defaults: the generated classes write the same.
        Assert.All(records, record => Assert.Equal(record.Value, Convert.ToHexString(record.Request.ToByteArray())));
        return read;
    }

    private static string Text(IEnumerable<KeyValue> attributes, string name) =>
        attributes.FirstOrDefault(attribute => attribute.Key == name)?.Value.StringValue ?? "";
}
