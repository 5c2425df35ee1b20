using Google.Protobuf;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Trace.V1;
using StreamSpanMetrics.Core.Deltas;
using StreamSpanMetrics.Core.Histograms;
using StreamSpanMetrics.Core.Otlp;
using StreamSpanMetrics.Core.Spans;
using StreamSpanMetrics.Core.Tests.Support;

namespace StreamSpanMetrics.Core.Tests.Deltas;

/// <summary>Nothing is allocated for a span whose series is known.</summary>
public sealed class AllocationTests
{
    private const int Spans = 100_000;

    [Theory]
    [InlineData(100, true, false)]
    [InlineData(100, false, false)]
    [InlineData(3, true, false)]
    [InlineData(3, false, false)]
    [InlineData(100, true, true)]
    [InlineData(3, false, true)]
    public void Known_series_cost_no_memory(int spansPerRecord, bool events, bool extended)
    {
        RecordFolder folder = new(new SpanRules
        {
            Dimensions =
            [
                new DimensionRule("http.method", "GET"), new DimensionRule("http.status_code"),
                .. extended
                    ? [new DimensionRule("http.request.method") { Aliases = ["http.verb", "http.method"] }, new DimensionRule("") { Glob = "c*" }]
                    : (DimensionRule[])[],
            ],
            CallsDimensions = events ? [new DimensionRule("custom")] : [],
            EventsEnabled = events,
            EventsDimensions = [new DimensionRule(extended ? "error.type" : "exception.type") { Aliases = extended ? ["exception.type"] : [] }],
            Filter = extended ? Filter() : new SpanFilterRules(),
            InstrumentationScopes = extended ? ["library"] : [],
            IncludeSamplingMethod = extended,
            MaxExemplars = extended ? 3 : 0,
        });
        DeltaAccumulator accumulator = new(new ExplicitBounds(new HistogramRules()), keepsDurations: extended, maxExemplars: extended ? 3 : 0);
        byte[][] records = [.. Enumerable.Range(0, 20).Select(index => Record(index, spansPerRecord))];
        Run(folder, accumulator, records, Spans);
        long before = GC.GetAllocatedBytesForCurrentThread();
        long counted = Run(folder, accumulator, records, Spans);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.InRange(counted, Spans, Spans + spansPerRecord);
        Assert.Equal(extended, folder.Staged.Filtered.Total > 0);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(3)]
    public void Conditions_cost_no_memory(int spansPerRecord)
    {
        RecordFolder folder = new(SpanRules.Counting(CountRules.Make(
            new("all", IsOfEvents: false) { Attributes = [new("http.method", "none"), new("absent", "1") { DefaultKind = TextKind.Int }] },
            CountRules.Of("some", "IsMatch(name, \"[1-2]$\") or attributes[\"http.status_code\"] >= 202 and kind.string == \"Server\"", "custom"),
            CountRules.Of("long", "IsMatch(attributes[\"long\"], \"(?:ab|b)+c\") or IsMatch(kind, \"9\") or resource.attributes[\"pod\"] == \"p3\""),
            CountRules.OfEvents("events", "name == \"event\" and not (span.status.code == 2)", "exception.type"))));
        DeltaAccumulator accumulator = new(new ExplicitBounds(new HistogramRules { BoundsNanos = [] }));
        byte[][] records = [.. Enumerable.Range(0, 20).Select(index => Record(index, spansPerRecord))];
        Run(folder, accumulator, records, Spans);
        long before = GC.GetAllocatedBytesForCurrentThread();
        long counted = Run(folder, accumulator, records, Spans);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.InRange(counted, Spans, Spans + spansPerRecord);
        Assert.InRange(folder.Staged.CountedCount, spansPerRecord + 1, 4 * spansPerRecord);
    }

    /// <summary>Rules that let some of the spans pass and have to look at every kind of thing, also at texts too long to remember.</summary>
    private static SpanFilterRules Filter() => new()
    {
        Include = [new SpanFilterRule { Kinds = [2], ResourceAttributes = [new("pod", new TextCondition { Regex = "^p[0-9]+$" })] }],
        Exclude =
        [
            new SpanFilterRule { Name = new TextCondition { Regex = "[1-2]$" } },
            new SpanFilterRule { Statuses = [2], Attributes = [new("http.status_code", new TextCondition { Texts = ["404", "203"] })] },
            new SpanFilterRule { Attributes = [new("long", new TextCondition { Regex = "(?:ab|b)+c" })] },
        ],
    };

    /// <summary>Folds records in turn, cutting now and then, until enough spans are counted.</summary>
    private static long Run(RecordFolder folder, DeltaAccumulator accumulator, byte[][] records, int spans)
    {
        long counted = 0;
        for (int index = 0; counted < spans; index++)
        {
            if (folder.Fold(records[index % records.Length]).Exists)
            {
                return -1;
            }

            accumulator.Add(folder.Staged, index / 100);
            counted += folder.Staged.Spans;
            if (index % 1_000 == 999)
            {
                accumulator.Clear();
            }
        }

        accumulator.Clear();
        return counted;
    }

    private static byte[] Record(int number, int count)
    {
        Span[] spans = new Span[count];
        for (int index = 0; index < count; index++)
        {
            Span span = Traces.Span(
                $"operation {index % 7}",
                Traces.Text("http.method", index % 2 == 0 ? "GET" : "POST"),
                Traces.Text("custom", $"c{index % 3}"),
                Traces.Text("long", new string('a', 150 + (index % 2))),
                Traces.Attribute("http.status_code", new AnyValue { IntValue = 200 + (index % 4) }));
            span.TraceId = ByteString.CopyFrom([.. Enumerable.Repeat((byte)(number + 1), 8), .. BitConverter.GetBytes((long)index)]);
            span.Events.Add(Traces.Event(Traces.Text("exception.type", "Broken")));
            if (index % 3 == 0)
            {
                // Whole weights and others, and a state without any.
                span.TraceState = index % 2 == 0 ? "ot=th:55555555555555" : index % 4 == 1 ? "ot=th:c,a=b" : "a=b";
            }

            if (index % 5 == 0)
            {
                // A status with a message takes the slow path.
                span.Status = new Status { Code = Status.Types.StatusCode.Error, Message = "failed" };
            }

            spans[index] = span;
        }

        return Traces.Request([Traces.Text("service.name", $"service {number % 3}"), Traces.Text("pod", $"p{number}")], spans);
    }
}
