using Google.Protobuf;
using OpenTelemetry.Proto.Trace.V1;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Tests.Support;
using StreamSpanMetrics.Schemas.V1;

namespace StreamSpanMetrics.Core.Tests.Deltas;

/// <summary>Spans that stand for several: counts, sums and buckets.</summary>
public sealed class WeightTests
{
    private static readonly SpanRules Rules = new() { IncludeServiceName = false, IncludeSpanKind = false, IncludeStatusCode = false };

    [Theory]
    [InlineData("ot=th:0", 1)]
    [InlineData("ot=th:8", 2)]
    [InlineData("ot=th:c", 4)]
    [InlineData("ot=th:e", 8)]
    [InlineData("ot=th:f", 16)]
    [InlineData("ot=th:ff", 256)]
    [InlineData("ot=th:ffffff", 1 << 24)]
    [InlineData("ot=th:ffffff8", 1 << 24)]
    [InlineData("ot=th:ffffffffffffff", 1 << 24)]
    [InlineData("ot=th:g", 1)]
    [InlineData("", 1)]
    public void A_weight_without_a_rest_is_exact(string state, int weight)
    {
        Span span = Sampled(state);
        Assert.Equal([(uint)weight], Weights(span));
        Assert.Equal((ulong)weight, NaiveWeight.Of(span));
    }

    [Theory]
    [InlineData("ot=th:1", 16.0 / 15)]
    [InlineData("ot=th:4", 4.0 / 3)]
    [InlineData("ot=th:55555555555555", 1.5)]
    [InlineData("ot=th:99999999999998", 2.5)]
    [InlineData("ot=th:df2df2df2df2e0", 7.8)]
    public void A_weight_with_a_rest_is_right_on_average(string state, double mean)
    {
        Random random = Seeded.Random(5);
        Span[] spans = [.. Enumerable.Range(0, 20_000).Select(_ => Sampled(state, random))];
        uint[] weights = Weights(spans);
        Assert.All(weights, weight => Assert.InRange(weight, Math.Floor(mean), Math.Ceiling(mean)));
        Assert.InRange(weights.Average(weight => weight), mean * 0.99, mean * 1.01);
    }

    [Fact]
    public void Spans_without_ids_are_told_apart_by_their_times()
    {
        Span[] spans = [.. Enumerable.Range(0, 1_000).Select(index => Sampled("ot=th:55555555555555"))];
        for (int index = 0; index < spans.Length; index++)
        {
            spans[index].EndTimeUnixNano += (ulong)index;
        }

        Assert.InRange(Weights(spans).Average(weight => weight), 1.4, 1.6);
    }

    [Fact]
    public void The_weight_of_a_span_does_not_depend_on_its_neighbours()
    {
        Random random = Seeded.Random(6);
        Span[] spans =
        [
            .. Enumerable.Range(0, 500).Select(index => Sampled(index % 3 == 0 ? "ot=th:55555555555555" : index % 3 == 1 ? "" : "ot=th:1", random)),
        ];
        uint[] together = Weights(spans);
        Assert.Equal(together, spans.Select(span => Weights(span)[0]));
        Assert.Equal(together, spans.Select(span => (uint)NaiveWeight.Of(span)));
    }

    [Fact]
    public void A_weighted_and_a_plain_span_are_one_series_or_two()
    {
        byte[] record = Traces.Request([], Sampled("ot=th:c"), Sampled(""));
        Assert.Equal(["Spans span.name=String:a: 25000000 ns in 5"], Count(Rules, record));
        Assert.Equal(
            [
                "Spans span.name=String:a sampling.method=String:counted: 5000000 ns in 1",
                "Spans span.name=String:a sampling.method=String:extrapolated: 20000000 ns in 4",
            ],
            Count(Rules with { IncludeSamplingMethod = true }, record));
    }

    [Fact]
    public void Events_and_calls_have_the_weight_of_their_span()
    {
        Span span = Sampled("ot=th:8");
        span.Events.Add([Traces.Event(), Traces.Event(), Traces.Event()]);
        SpanRules rules = Rules with { EventsEnabled = true, HistogramEnabled = false };
        Assert.Equal(
            ["Calls span.name=String:a: 0 ns in 2", "Events span.name=String:a: 0 ns in 6"], Count(rules, Traces.Request([], span)));
    }

    [Fact]
    public void Counts_go_beyond_32_bits()
    {
        byte[] heavy = Traces.Request([], [.. Enumerable.Range(0, 300).Select(_ => Sampled("ot=th:ffffff"))]);
        byte[] plain = Traces.Request([], Sampled(""));
        RecordFolder folder = new(Rules with { CallsDimensions = [new DimensionRule("x")] });
        DeltaAccumulator accumulator = new(new ExplicitBounds(new HistogramRules { BoundsNanos = [] }));
        for (int round = 0; round < 3; round++)
        {
            foreach (byte[] record in (byte[][])[plain, heavy, plain])
            {
                Assert.Equal(DecodeProblem.None, folder.Fold(record));
                accumulator.Add(folder.Staged, 1);
            }
        }

        const ulong Expected = (3UL * 300 * (1 << 24)) + 6;
        Assert.True(Expected > uint.MaxValue);
        foreach (int entry in (int[])[0, 1])
        {
            Assert.Equal([Expected], AccumulatorReading.Buckets(accumulator, entry));
        }

        int timed = accumulator.SumLow(0) > 0 ? 0 : 1;
        Assert.Equal((UInt128)Expected * 5_000_000, new UInt128(accumulator.SumHigh(timed), accumulator.SumLow(timed)));

        DeltaBlock block = new DeltaBlockBuilder(1, new HistogramRules { BoundsNanos = [] }).Build(
            folder.Freeze(), accumulator, new DeltaHeader(0, ByteString.Empty, 0, 0, 1, 1, 0))[0][0];
        Assert.Equal([Expected, Expected], block.Steps[0].Resources[0].Series.Counts);

        accumulator.Clear();
        Assert.Equal(DecodeProblem.None, folder.Fold(plain));
        accumulator.Add(folder.Staged, 1);
        Assert.Equal([1UL], AccumulatorReading.Buckets(accumulator, 0));
    }

    [Fact]
    public void Exponential_buckets_have_the_weights_too()
    {
        HistogramRules histogram = new() { BoundsNanos = [], ExponentialMaxSize = 160 };
        RecordFolder folder = new(Rules);
        DeltaAccumulator accumulator = new(new ExplicitBounds(histogram), keepsDurations: true);
        foreach (string[] states in (string[][])[["", ""], ["ot=th:c", ""], [""]])
        {
            Assert.Equal(DecodeProblem.None, folder.Fold(Traces.Request([], [.. states.Select(state => Sampled(state))])));
            accumulator.Add(folder.Staged, 1);
        }

        SeriesColumns columns = new DeltaBlockBuilder(1, histogram).Build(
            folder.Freeze(), accumulator, new DeltaHeader(0, ByteString.Empty, 0, 0, 1, 1, 0))[0][0].Steps[0].Resources[0].Series;
        Assert.Equal([8UL], columns.Counts);
        Assert.Equal([8UL], columns.Exponential.BucketCounts);
        Assert.Equal([8UL * 5_000_000], columns.SumLow);
    }

    private static Span Sampled(string state, Random? random = null)
    {
        Span span = Traces.Span("a");
        span.TraceState = state;
        if (random is not null)
        {
            byte[] id = new byte[16];
            random.NextBytes(id);
            span.TraceId = ByteString.CopyFrom(id);
            span.SpanId = ByteString.CopyFrom(id, 4, 8);
        }

        return span;
    }

    private static uint[] Weights(params Span[] spans)
    {
        RecordFolder folder = new(Rules);
        Assert.Equal(DecodeProblem.None, folder.Fold(Traces.Request([], spans)));
        return folder.Staged.IsWeighted ? folder.Staged.TimedWeights.ToArray() : [.. spans.Select(_ => 1u)];
    }

    private static IEnumerable<string> Count(SpanRules rules, byte[] record)
    {
        RecordFolder folder = new(rules);
        DeltaAccumulator accumulator = new(new ExplicitBounds(new HistogramRules { BoundsNanos = [] }));
        Assert.Equal(DecodeProblem.None, folder.Fold(record));
        accumulator.Add(folder.Staged, 1);
        return AccumulatorReading.Lines(AccumulatorReading.Read(accumulator, folder)).Select(line => line[(line.IndexOf('}') + 2)..]);
    }
}
