using OpenTelemetry.Proto.Trace.V1;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Tests.Support;

namespace StreamSpanMetrics.Core.Tests.Deltas;

/// <summary>Sections, sums and numbering of the accumulator.</summary>
public sealed class DeltaAccumulatorTests
{
    private static readonly ExplicitBounds Bounds = new(new HistogramRules { BoundsNanos = [10] });

    private static readonly SpanRules Rules = new() { IncludeSpanKind = false, IncludeStatusCode = false };

    private readonly RecordFolder folder = new(Rules);

    [Fact]
    public void Sums_go_beyond_64_bits()
    {
        DeltaAccumulator accumulator = new(Bounds);
        for (int count = 0; count < 3; count++)
        {
            Add(accumulator, 1, Lasting(ulong.MaxValue));
        }

        Add(accumulator, 1, Lasting(7));
        Assert.Equal(1, accumulator.EntryCount);
        Assert.Equal(((UInt128)ulong.MaxValue * 3) + 7, new UInt128(accumulator.SumHigh(0), accumulator.SumLow(0)));
        Assert.Equal([1UL, 3UL], AccumulatorReading.Buckets(accumulator, 0));
    }

    [Fact]
    public void Each_step_has_a_section_with_its_own_entries_and_resources()
    {
        DeltaAccumulator accumulator = new(Bounds);
        Add(accumulator, 3, Traces.Span("a"), Traces.Span("b"), Traces.Span("a"));
        Add(accumulator, 3, Traces.Span("c"));
        Add(accumulator, 8, Traces.Span("b"));
        AddOf("other", accumulator, 8, Traces.Span("a"));
        AddOf("other", accumulator, 9, Traces.Span("a"));
        Assert.Equal(
            [new StepSection(3, 0, 3, 0, 1), new StepSection(8, 3, 5, 1, 3), new StepSection(9, 5, 6, 3, 4)], accumulator.Sections);
        Assert.Equal([0, 1, 2, 1, 3, 3], Enumerable.Range(0, 6).Select(accumulator.Series));
        Assert.Equal([0, 0, 1, 1], accumulator.SectionResources);
        Assert.Equal([0UL, 2UL], AccumulatorReading.Buckets(accumulator, 0));
    }

    [Fact]
    public void A_record_without_counted_spans_opens_no_section()
    {
        DeltaAccumulator accumulator = new(Bounds);
        Add(accumulator, 4);
        Assert.Empty(accumulator.Sections);
        Assert.Equal(0, accumulator.EntryCount);
    }

    [Theory]
    [InlineData(1 << 30)]
    [InlineData(40)]
    [InlineData(0)]
    public void A_cleared_accumulator_counts_from_zero_also_when_its_numbers_start_again(int renumberAt)
    {
        DeltaAccumulator accumulator = new(Bounds) { RenumberAt = renumberAt };
        for (int cut = 0; cut < 30; cut++)
        {
            NaiveCount naive = new(Rules, new HistogramRules { BoundsNanos = [10] });
            for (int record = 0; record < 4; record++)
            {
                long step = (cut * 2) + (record / 2);
                Span[] spans = [Traces.Span($"n{cut % 3}"), Traces.Span($"n{(cut + record) % 5}"), Lasting((ulong)record)];
                naive.Add(Request("shop", spans), step);
                Add(accumulator, step, spans);
            }

            Assert.Equal(AccumulatorReading.Lines(naive.Counts), AccumulatorReading.Lines(AccumulatorReading.Read(accumulator, folder)));
            Assert.Equal([0, 0], accumulator.SectionResources);
            accumulator.Clear();
            Assert.Empty(accumulator.Sections);
            Assert.Empty(accumulator.SectionResources);
            Assert.Equal(0, accumulator.EntryCount);
        }
    }

    [Fact]
    public void After_the_tables_were_cleared_numbers_mean_other_series()
    {
        DeltaAccumulator accumulator = new(Bounds);
        Add(accumulator, 1, Traces.Span("a"), Traces.Span("b"));
        accumulator.Clear();
        folder.ClearTables();
        Add(accumulator, 1, Traces.Span("b"));
        Assert.Equal(
            ["1 /shop{service.name=String:shop} Spans service.name=String:shop span.name=String:b: 5000000 ns in 0,1"],
            AccumulatorReading.Lines(AccumulatorReading.Read(accumulator, folder)));
    }

    [Fact]
    public void Many_series_and_resources_grow_the_accumulator()
    {
        DeltaAccumulator accumulator = new(Bounds);
        for (int index = 0; index < 3_000; index++)
        {
            AddOf($"service {index % 300}", accumulator, index / 1_500, Traces.Span($"span {index}"));
        }

        Assert.Equal(3_000, accumulator.EntryCount);
        Assert.Equal(600, accumulator.SectionResources.Count);
        Assert.Equal(3_000, AccumulatorReading.Read(accumulator, folder).Count);
    }

    [Fact]
    public void Many_series_that_only_count_grow_the_accumulator()
    {
        RecordFolder calls = new(new SpanRules { HistogramEnabled = false });
        DeltaAccumulator accumulator = new(Bounds);
        Span[] spans = [.. Enumerable.Range(0, 2_000).Select(index => Traces.Span($"span {index % 1_000}"))];
        Assert.False(calls.Fold(Request("shop", spans)).Exists);
        accumulator.Add(calls.Staged, 1);
        Assert.Equal(1_000, accumulator.EntryCount);
        Assert.All(Enumerable.Range(0, 1_000), entry => Assert.Equal(2UL, AccumulatorReading.Buckets(accumulator, entry)[0]));
    }

    private void Add(DeltaAccumulator accumulator, long step, params Span[] spans) => AddOf("shop", accumulator, step, spans);

    private void AddOf(string service, DeltaAccumulator accumulator, long step, params Span[] spans)
    {
        Assert.False(folder.Fold(Request(service, spans)).Exists);
        accumulator.Add(folder.Staged, step);
    }

    private static byte[] Request(string service, Span[] spans) => Traces.Request([Traces.Text("service.name", service)], spans);

    private static Span Lasting(ulong nanos) => new() { Name = "timed", EndTimeUnixNano = nanos };
}
