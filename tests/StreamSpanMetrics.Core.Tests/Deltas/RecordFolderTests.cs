using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Trace.V1;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Tests.Support;

namespace StreamSpanMetrics.Core.Tests.Deltas;

/// <summary>Broken records: what is refused, and that it leaves nothing.</summary>
public sealed class RecordFolderTests
{
    private static readonly SpanRules Custom = new()
    {
        Dimensions = [new DimensionRule("custom")],
        EventsEnabled = true,
        IncludeServiceName = false,
        IncludeSpanKind = false,
        IncludeStatusCode = false,
    };

    public static TheoryData<string> BadCases => [.. RequestFixtures.BadCases().Keys];

    [Theory]
    [MemberData(nameof(BadCases))]
    public void A_bad_request_is_refused_where_the_Collector_refuses_it(string name)
    {
        (byte[] request, int status) = RequestFixtures.BadCases()[name];
        RecordFolder folder = new(Custom);
        DecodeProblem problem = folder.Fold(request);
        Assert.Contains(status, (int[])[200, 400]);
        Assert.Equal(status == 400, problem.Exists);
        Assert.Equal(status == 400 ? 0 : 1, folder.Staged.Spans);
    }

    [Theory]
    [InlineData("truncated", DecodeCause.Truncated)]
    [InlineData("length-past-end", DecodeCause.Truncated)]
    [InlineData("garbage", DecodeCause.IllegalFieldNumber)]
    [InlineData("wrong-wire-type", DecodeCause.WrongWireType)]
    [InlineData("group-start", DecodeCause.WrongWireType)]
    [InlineData("json-on-proto", DecodeCause.Truncated)]
    [InlineData("field-zero", DecodeCause.IllegalFieldNumber)]
    [InlineData("varint-11-bytes", DecodeCause.WrongWireType)]
    [InlineData("odd-id-lengths", DecodeCause.WrongIdLength)]
    [InlineData("snappy-framed", DecodeCause.IllegalWireType)]
    [InlineData("gzip", DecodeCause.IllegalWireType)]
    [InlineData("zeros", DecodeCause.IllegalFieldNumber)]
    public void A_refusal_names_the_cause_that_the_Collector_names(string name, DecodeCause cause) =>
        Assert.Equal(cause, new RecordFolder(Custom).Fold(RequestFixtures.BadCases()[name].Request).Cause);

    [Theory]
    [InlineData("invalid-utf8", "Spans span.name=String:x custom=String:\uFFFD\uFFFD", 1, 0)]
    [InlineData("invalid-utf8-name", "Spans span.name=String:\uFFFD( custom=Absent:", 1, 0)]
    [InlineData("deep-nesting-60", "Spans span.name=String:d custom=String:[[[[", 0, 0)]
    [InlineData("deep-nesting-200", "Spans span.name=String:d custom=String:[[[[", 0, 1)]
    [InlineData("deep-nesting-3000", "Spans span.name=String:d custom=String:[[[[", 0, 1)]
    public void What_the_Collector_accepts_is_counted_with_mended_text(string name, string start, long mended, long cut)
    {
        RecordFolder folder = new(Custom);
        string series = Assert.Single(Folded.Series(folder, RequestFixtures.BadCases()[name].Request));
        Assert.StartsWith(start, series, StringComparison.Ordinal);
        Assert.Equal(cut > 0, series.Contains('…', StringComparison.Ordinal));
        Assert.Equal((mended, cut), (folder.TextCounters.InvalidUtf8, folder.TextCounters.TooDeep));
    }

    [Fact]
    public void Every_prefix_of_a_record_leaves_nothing_or_whole_spans()
    {
        byte[] record = Traces.Request(
            ([Traces.Text("service.name", "shop")], [Traces.Span("a"), Traces.Span("b")]), ([], [Traces.Span("c")]));
        RecordFolder folder = new(Custom);
        List<int> counted = [];
        for (int length = 0; length <= record.Length; length++)
        {
            DecodeProblem problem = folder.Fold(record.AsSpan(0, length));
            Assert.True(!problem.Exists || IsEmpty(folder.Staged), $"a broken prefix of {length} bytes left something");
            Assert.InRange(problem.Position, 0, Math.Max(length - 1, 0));
            counted.AddRange(problem.Exists ? [] : [folder.Staged.Spans]);
        }

        Assert.Equal([0, 2, 3], counted);
    }

    [Fact]
    public void A_broken_record_among_others_changes_nothing()
    {
        byte[] good = RequestFixtures.Requests("flask")[1];
        byte[] broken = [.. good, .. Traces.Request([], Traces.Span("never")), 0x0A];
        List<IEnumerable<string>> results = [];
        foreach (List<byte[]> records in (List<byte[]>[])[[good, good], [broken, good, broken, good, broken]])
        {
            RecordFolder folder = new(Custom);
            DeltaAccumulator accumulator = new(new ExplicitBounds(new HistogramRules()));
            foreach (byte[] record in records)
            {
                Assert.Equal(ReferenceEquals(record, broken), folder.Fold(record).Exists);
                accumulator.Add(folder.Staged, 5);
            }

            results.Add(AccumulatorReading.Lines(AccumulatorReading.Read(accumulator, folder)));
        }

        Assert.NotEmpty(results[0]);
        Assert.Equal(results[0], results[1]);
    }

    [Fact]
    public void A_problem_inside_a_resource_names_the_byte_in_the_record()
    {
        byte[] whole = Traces.Request([Traces.Text("service.name", "shop")], Traces.Span("a"));
        byte[] broken = [0x0A, 10, 0x12, 0, 0x0A, 6, 0x0A, 4, 0x0A, 3, 0x12, 3];
        Assert.Equal(new DecodeProblem(DecodeCause.Truncated, whole.Length + 8), Fold([.. whole, .. broken]));
        // In two parts: the second is the broken one.
        byte[] split = [0x0A, 14, 0x0A, 2, 0x0A, 0, 0x12, 0, 0x0A, 6, 0x10, 1, 0x0A, 2, 0x10, 5];
        Assert.Equal(new DecodeProblem(DecodeCause.WrongWireType, 14), Fold(split));
    }

    [Fact]
    public void A_broken_event_breaks_the_record_only_where_events_count()
    {
        Span span = Traces.Span("a");
        span.Events.Add(Traces.Event(Traces.Text("custom", "XX")));
        byte[] record = Traces.Request([], span);
        int at = record.AsSpan().IndexOf("custom"u8) - 1;
        record[at] = 100;
        Assert.Equal(new DecodeProblem(DecodeCause.Truncated, at - 1), Fold(record));
        RecordFolder without = new(Custom with { EventsEnabled = false });
        Assert.False(without.Fold(record).Exists);
        Assert.Equal(1, without.Staged.Spans);
    }

    [Theory]
    [InlineData(81, true)]
    [InlineData(82, false)]
    public void Damaged_records_are_refused_as_the_strict_twin_refuses_them(int seed, bool events)
    {
        Random random = Seeded.Random(seed);
        List<byte[]> records = [.. RequestFixtures.Requests("flask_by_trace").Take(20), .. RequestFixtures.EdgeCases().Values];
        RecordFolder folder = new(Custom with { EventsEnabled = events });
        for (int round = 0; round < 4_000; round++)
        {
            byte[] record = [.. records[random.Next(records.Count)]];
            for (int flips = random.Next(1, 4); flips > 0 && record.Length > 0; flips--)
            {
                // Most of them near the start, where the resource often is.
                record[random.Next(random.Next(2) == 0 ? Math.Min(record.Length, 80) : record.Length)] = (byte)random.Next(256);
            }

            DecodeProblem expected = StrictTwin.Check(record, WireShape.Request(resources: true, events), out _);
            DecodeProblem problem = folder.Fold(record);
            Assert.True(expected.Exists == problem.Exists, $"{problem} instead of {expected}: {Convert.ToHexString(record)}");
            Assert.True(!problem.Exists || IsEmpty(folder.Staged));
        }
    }

    [Fact]
    public void Records_of_ten_thousand_attributes_are_read()
    {
        Span span = Traces.Span("a");
        for (int index = 0; index < 10_000; index++)
        {
            span.Attributes.Add(Traces.Text($"attribute.{index}", "v"));
        }

        span.Attributes.Add(Traces.Text("custom", "last"));
        Assert.Equal(["Spans span.name=String:a custom=String:last"], Folded.Series(Custom, Traces.Request([], span)));
    }

    [Fact]
    public void What_a_record_says_once_and_its_events_repeat_in_their_keys_is_not_held_for_all_of_them()
    {
        const int Times = 2000;
        const long MostBytes = 16L << 20;
        KeyValue large = Traces.Text("custom", new string('x', 64 * 1024));
        Span eventful = Traces.Span("a");
        eventful.Events.Add(Enumerable.Repeat(Traces.Event(), Times));
        ExportTraceServiceRequest ofScope = ExportTraceServiceRequest.Parser.ParseFrom(Traces.Request([], eventful));
        ofScope.ResourceSpans[0].ScopeSpans[0].Scope = new InstrumentationScope { Attributes = { large } };
        eventful.Attributes.Add(large);
        SpanRules counted = SpanRules.Counting(CountRules.Make(CountRules.OfEvents("events", "name == \"event\"", "custom")));
        foreach ((SpanRules rules, byte[] record) in new[] { (Custom, Traces.Request([], eventful)), (counted, ofScope.ToByteArray()) })
        {
            RecordFolder folder = new(rules);
            long before = GC.GetAllocatedBytesForCurrentThread();
            Assert.False(folder.Fold(record).Exists);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
            Assert.Equal(Times, folder.Staged.CountedCount);
            Assert.Single(folder.Staged.CountedSeries.ToArray().Distinct());
        }
    }

    private static DecodeProblem Fold(byte[] record) => new RecordFolder(Custom).Fold(record);

    private static bool IsEmpty(StagedRecord staged) =>
        (staged.Spans, staged.Events, staged.TimedCount, staged.CountedCount, staged.ResourceCount) == (0, 0, 0, 0, 0)
        && (staged.DroppedMissingServiceName, staged.UnknownService, staged.EndBeforeStart) == (0, 0, 0);
}
